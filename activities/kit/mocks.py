"""Mocks of a run: what stands for a node's call, one attempt at a time (contract, "Mocks")."""

from activities.kit.errors import InvalidConfig, NodeError
from activities.kit.evaluating import Rendering
from activities.kit.evaluator import Evaluator
from interpreter.json_value import Json, JsonObject
from interpreter.protocol import NodeCall

KINDS = ("output", "error", "sequence", "expression")


class MockedError(NodeError):
    """The error that a mock says."""

    def __init__(self, name: str, message: str, retryable: bool) -> None:
        super().__init__(message, "a mock of this run says so")
        self.name = name  # type: ignore[misc]
        self.retryable = retryable


async def mock_output(call: NodeCall, rendered: JsonObject, attempt: int, at_ms: int, evaluator: Evaluator) -> Json:
    """What the call's mock gives for this attempt, counted from 1.

    Raises the mock's error, `InvalidConfig` for a mock of no known kind, and what an expression raises.
    """
    mock = call.mock
    if isinstance(mock, dict) and isinstance(mock.get("sequence"), list) and mock["sequence"]:
        mock = mock["sequence"][min(attempt, len(mock["sequence"])) - 1]
    if isinstance(mock, dict) and "output" in mock:
        return mock["output"]
    if isinstance(mock, dict) and isinstance(mock.get("error"), dict):
        told = mock["error"]
        raise MockedError(str(told.get("name") or "Mocked"), str(told.get("message") or ""), bool(told.get("retryable")))
    if isinstance(mock, dict) and isinstance(mock.get("expression"), str):
        scope = {**call.scope, "config": rendered}
        return await evaluator.value(Rendering(mock["expression"], scope, at_ms, f"{call.idempotency_key}:mock"))
    raise InvalidConfig("the mock is none", f"a mock is an object with one of {', '.join(KINDS)}")
