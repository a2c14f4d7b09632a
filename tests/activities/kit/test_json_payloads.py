"""The protocol's types travel whole, quickly, and with the keys of people's objects in their own order."""

import json
import time

import pytest

from activities.kit.json_payloads import ProtocolPayloadConverter
from interpreter.protocol import ErrorValue, NodeCall, NodeResult, NodeRow, RunEvent, RunRecord, RunStart

CALL = NodeCall("ws-1", "ws", "n", "n", "x@1", {"z": 1, "a": {"y": None, "b": "ü"}}, {"nodes": {"q": [1, 2.5], "c": True}})
ERROR: ErrorValue = {"name": "Timeout", "message": "x", "node_id": "n", "key": "n", "attempts": 1, "retryable": True}
ROW: NodeRow = {
    "node_id": "n", "iteration": None, "key": "n", "type": "x@1", "status": "failed", "attempt": 1, "started_at": None, "ended_at": None,
    "input": {}, "output": None, "error": ERROR, "reused": False, "cached_at": None,
}  # fmt: skip
EVENT: RunEvent = {"seq": 1, "at": "2026-11-23T00:00:00.000Z", "run_id": "ws-1", "event": "node"}


@pytest.mark.parametrize(
    "value",
    [
        CALL,
        NodeResult({"b": 1, "a": 2}, {"x": 1}, 3, "true"),
        RunRecord("ws-1", "ws", "failed", "a", "b", {"o": 1}, ERROR, [ROW], [0], [EVENT]),
        RunStart(1, "ws-1", "ws", "wf", None, None, "hash", [1], {"kind": "api"}),
        None,
        "text",
        {"b": [1], "a": None},
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    converter = ProtocolPayloadConverter()
    payload = converter.to_payload(value)
    hint = type(value) if value is not None and not isinstance(value, dict | str) else None
    assert converter.from_payload(payload, hint) == value


def test_keys_keep_their_order() -> None:
    text = ProtocolPayloadConverter().to_payload(CALL).data.decode()
    assert list(json.loads(text)["config"]) == ["z", "a"] and '"y":null,"b"' in text


def test_a_call_with_much_to_read_costs_little_more_than_its_json() -> None:
    scope = {"items": [{"id": number, "name": "x" * 20} for number in range(250)]}
    call = NodeCall("ws-1", "ws", "n", "n", "x@1", {}, scope)
    converter = ProtocolPayloadConverter()

    def best(function: object) -> float:
        times = []
        for _ in range(30):
            begun = time.perf_counter()
            function()  # type: ignore[operator]
            times.append(time.perf_counter() - begun)
        return min(times)

    assert best(lambda: converter.to_payload(call)) < 5 * best(lambda: json.dumps(scope))


def test_what_is_no_json_is_not_encoded() -> None:
    with pytest.raises(TypeError):
        ProtocolPayloadConverter().to_payload(object())
