"""Which answers and interventions a run accepts: refused here, they leave no trace in its history."""

from collections.abc import Iterable

from temporalio.exceptions import ApplicationError

from interpreter.json_value import JsonObject
from interpreter.machine import State
from interpreter.machine.events import Answered, Event
from interpreter.machine.state import Instance
from interpreter.protocol import Answer, Intervention

_OPEN = ("pending", "waiting", "retrying")


def check_answer(state: State | None, inbox: Iterable[Event], told: Answer) -> None:
    """Raises `NoSuchWait`, `WaitClosed`, `NotAnApprover` or `AlreadyAnswered`."""
    instance = _instance(state, told.key)
    if instance is None or not (instance.memory.get("open") or instance.ended):
        raise _refused("NoSuchWait", f"nothing waits for an answer at {told.key}")
    if instance.ended:
        raise _refused("WaitClosed", f"{told.key} has ended as {instance.status}")
    wait = instance.memory["open"]
    given = [*instance.memory.get("answers", ()), *_coming(inbox, told.key)]
    if wait["kind"] == "event":
        if given:
            raise _refused("WaitClosed", f"{told.key} has its event already")
        return
    if told.decision is None:
        raise _refused("NoSuchWait", f"{told.key} is an approval: it takes a decision, not an event")
    if any(one["by"] == told.by for one in given):
        raise _refused("AlreadyAnswered", f"{told.by} has decided on {told.key} before")
    if any(one["decision"] == "reject" for one in given):
        raise _refused("WaitClosed", f"{told.key} is rejected already")
    approvers = wait["approvers"]
    if approvers and told.by not in approvers and not any(one.startswith("role:") for one in approvers):
        raise _refused("NotAnApprover", f"{told.by} is none of the approvers of {told.key}")


def check_intervention(state: State | None, told: Intervention) -> None:
    """Raises `NoSuchInstance` or `NotOpen`."""
    instance = _instance(state, told.key)
    if instance is None:
        raise _refused("NoSuchInstance", f"there is no {told.key} in this run")
    held = bool(instance.memory.get("held"))
    if told.action in ("retry", "fail"):
        if not held:
            raise _refused("NotOpen", f"{told.key} is {instance.status}; only what is held can be told to {told.action}")
    elif instance.status not in _OPEN or instance.cancelling:
        raise _refused("NotOpen", f"{told.key} is {instance.status}; only what is pending or waits can be ended so")


def _instance(state: State | None, key: str) -> Instance | None:
    return None if state is None else state.by_key.get(key)


def _coming(inbox: Iterable[Event], key: str) -> list[JsonObject]:
    """Answers that the machine has not been told yet."""
    return [event.answer for event in inbox if isinstance(event, Answered) and event.key == key]


def _refused(name: str, message: str) -> ApplicationError:
    return ApplicationError(message, type=name, non_retryable=True)
