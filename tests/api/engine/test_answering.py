"""What a run does not know may be known to the batch of a map that holds the instance."""

from typing import Any

import pytest
from temporalio.client import RPCError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from api.engine.answering import tell_batches, tell_run
from api.engine.errors import TemporalAway, ToldInVain
from interpreter.protocol import ANSWER_UPDATE, Answer

TOLD = Answer("ask#7", "somebody", {"n": 1})


class FakeTemporal:
    """Runs by id, with what each answers: an object, the name of a refusal, or a status of Temporal's."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self._run_id = ""

    def get_workflow_handle(self, run_id: str) -> "FakeTemporal":
        self._run_id = run_id
        return self

    async def execute_update(self, update: str, argument: Any, **_: Any) -> Any:
        assert (update, argument) == (ANSWER_UPDATE, TOLD)
        self.asked.append(self._run_id)
        answer = self.answers.get(self._run_id, RPCStatusCode.NOT_FOUND)
        if isinstance(answer, RPCStatusCode):
            raise RPCError("refused", answer, b"")
        if isinstance(answer, str):
            raise WorkflowUpdateFailedError(ApplicationError("refused", type=answer))
        return answer


async def told(temporal: Any, vain: str = "NoSuchWait") -> Any:
    return await tell_batches(temporal, ["inner", "outer"], ANSWER_UPDATE, TOLD, None, ToldInVain(vain, "refused"))


@pytest.mark.parametrize(
    ("answer", "code"), [("WaitClosed", "WaitClosed"), (RPCStatusCode.NOT_FOUND, "RunOver"), (RPCStatusCode.FAILED_PRECONDITION, "RunOver")]
)
async def test_a_refusal_of_the_run_keeps_its_name(answer: Any, code: str) -> None:
    temporal: Any = FakeTemporal(run=answer)
    with pytest.raises(ToldInVain) as vain:
        await tell_run(temporal, "run", ANSWER_UPDATE, TOLD)
    assert vain.value.code == code


async def test_a_run_out_of_reach_is_no_refusal() -> None:
    temporal: Any = FakeTemporal(run=RPCStatusCode.UNAVAILABLE)
    with pytest.raises(TemporalAway):
        await tell_run(temporal, "run", ANSWER_UPDATE, TOLD)


async def test_the_batch_that_holds_the_instance_is_told() -> None:
    temporal = FakeTemporal(outer={"accepted": True})
    assert await told(temporal) == {"accepted": True} and temporal.asked == ["inner", "outer"]


async def test_the_refusal_of_a_batch_that_holds_the_instance_counts() -> None:
    temporal = FakeTemporal(inner="WaitClosed", outer={"accepted": True})
    with pytest.raises(ToldInVain) as vain:
        await told(temporal)
    assert vain.value.code == "WaitClosed" and temporal.asked == ["inner"]


async def test_without_a_batch_that_knows_it_the_refusal_of_the_run_stands() -> None:
    temporal = FakeTemporal(outer="NoSuchWait")
    with pytest.raises(ToldInVain) as vain:
        await told(temporal)
    assert vain.value.code == "NoSuchWait"


async def test_no_batch_is_asked_about_an_instance_that_the_run_knows() -> None:
    temporal = FakeTemporal(inner={"accepted": True})
    with pytest.raises(ToldInVain):
        await told(temporal, "AlreadyAnswered")
    assert temporal.asked == []
