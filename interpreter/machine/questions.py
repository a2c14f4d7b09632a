"""The questions behind fields that are being evaluated elsewhere, put together again from what is kept of them."""

from interpreter.json_value import JsonObject
from interpreter.machine.evaluation import Question, gathered_template
from interpreter.machine.state import Instance, State

GATHER = "#gather"


def asked_again(instance: Instance, field: str, asked: JsonObject) -> Question:
    """The question that an instance has asked, from its field and what `asked` keeps."""
    kind = asked["kind"]
    if kind == "gather":
        template, reads = gathered_template(asked["parts"])
        return Question(field, template, reads, instance.frame, kind)
    frame = instance.frame if asked["frame"] is None else instance.frames[asked["frame"]]
    template, reads = instance.node.expression(_path(field))
    return Question(field, template, reads, frame, kind, instance.node.type, asked["locals"])


def output_question(state: State) -> Question:
    """The question for the run's own output."""
    assert state.plan.output is not None
    return Question("output", state.plan.output, state.plan.output_reads, state.root)


def _path(field: str) -> tuple[str | int, ...]:
    path = field.partition("#")[0]
    return tuple(int(step) if step.isdigit() else step for step in path.split("/")) if path else ()
