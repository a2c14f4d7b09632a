"""`core.try@1` and `core.finally@1`: what fails inside leads on, and what must be done in the end is done."""

from interpreter.machine.constructs.decision import (
    Construct,
    Decision,
    FailsWith,
    Leaves,
    LeavesWithError,
    Outcome,
    Runs,
)
from interpreter.node_type import Kind, NodeConfig, NodeType

FINALLY_DEADLINE = "60s"


class TryConfig(NodeConfig):
    """A try has nothing to set; the nodes inside it say what is tried."""


class FinallyConfig(NodeConfig):
    """A finally has nothing to set."""


def _decide_try(decision: Decision) -> Outcome:
    memory = decision.memory
    if "opened" not in memory:
        memory["opened"] = True
        decision.open_frame(0, {}, indexed=False)
    if decision.fired("deadline"):
        message = "what it tries was not done within its timeout"
        decision.fail_open_frames(decision.own_error("Timeout", message, "raise its timeout"))
    ended = decision.ended_frames()
    if not ended:
        return Runs()
    frame = ended[0]
    if frame.error is not None:
        return LeavesWithError(None, "error", frame.error)
    if frame.finally_error is not None:
        return FailsWith(frame.finally_error)
    return Leaves(frame.value)


def _decide_finally(decision: Decision) -> Outcome:
    memory = decision.memory
    if "opened" not in memory:
        memory["opened"] = True
        decision.open_frame(0, {}, indexed=False)
    ended = decision.ended_frames()
    if not ended:
        return Runs()
    error = ended[0].error
    return Leaves(ended[0].value, None) if error is None else FailsWith(error)


TRY = Construct(
    NodeType(
        id="core.try@1",
        title="Try",
        description="Runs the nodes inside it; when one of them fails, it leaves by its error port.",
        category="Logic",
        kind=Kind.CONTROL,
        config=TryConfig,
        ports=("out", "error"),
        container=True,
    ),
    _decide_try,
    keeps_deadline=True,
)
FINALLY = Construct(
    NodeType(
        id="core.finally@1",
        title="Finally",
        description="Inside a try: runs in any case when all else has ended, also after a failure or a cancel.",
        category="Logic",
        kind=Kind.CONTROL,
        config=FinallyConfig,
        ports=(),
        container=True,
        on_error_allowed=("fail",),
        deadline=FINALLY_DEADLINE,
    ),
    _decide_finally,
)
