"""`core.run_workflow@1`: runs another workflow, and waits for its end or not."""

from pydantic import Field

from interpreter.json_value import JsonObject
from interpreter.machine.constructs.decision import Construct, Decision, Fails, Leaves, Outcome, Runs
from interpreter.node_type import Kind, NodeConfig, NodeType

DEEPEST = 10
"""Runs may call each other so many levels deep."""
_FAILED = {"failed": "ChildRunFailed", "cancelled": "ChildRunCancelled", "timed_out": "ChildRunTimedOut"}


class RunWorkflowConfig(NodeConfig):
    workflow: str = Field(min_length=1, max_length=200, description="Its id, or its name")
    version: int | None = Field(default=None, ge=1, description="A version; without it, the published one at that time")
    input: JsonObject = Field(default_factory=dict, description="The input of the run")
    wait: bool = Field(default=True, description="Wait for its end, and give its output")


def _decide(decision: Decision) -> Outcome:
    child = decision.child()
    if child is None:
        return _start(decision)
    if child["status"] == "refused":
        error = child["error"]
        return Fails(error["name"], error["message"], error.get("hint"), error.get("details"))
    if not decision.memory["waits"]:
        return Leaves({"run_id": child["child_id"]})
    if child["status"] == "started":
        return Runs()
    if child["status"] == "succeeded":
        return Leaves({"run_id": child["child_id"], "output": child["output"]})
    told = {"run_id": child["child_id"], "status": child["status"], "error": child["error"]}
    message = (child["error"] or {}).get("message") or f"the run {child['child_id']} has {child['status']}"
    return Fails(_FAILED[child["status"]], message, "look at the run it started", told)


def _start(decision: Decision) -> Outcome:
    if decision.depth >= DEEPEST:
        return Fails("TooDeep", f"workflows run each other more than {DEEPEST} levels deep", "look for a circle among them")
    workflow = decision.value("workflow")
    if not isinstance(workflow, str) or not workflow:
        return Fails("TypeError", "the workflow is not a text", "give its id or its name")
    version = decision.value("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        return Fails("TypeError", "the version is not a whole number")
    waits = decision.value("wait") if "wait" in decision.config else True
    if not isinstance(waits, bool):
        return Fails("TypeError", "wait is neither true nor false")
    given = decision.value("input") if "input" in decision.config else {}
    decision.memory["waits"] = waits
    decision.start_child({"workflow": workflow, "version": version, "input": given, "wait": waits})
    return Runs()


RUN_WORKFLOW = Construct(
    NodeType(
        id="core.run_workflow@1",
        title="Run a workflow",
        description="Starts a run of another workflow; it has a record of its own.",
        category="Logic",
        kind=Kind.CONTROL,
        config=RunWorkflowConfig,
        output_schema={
            "type": "object",
            "properties": {"run_id": {"type": "string"}, "output": {}},
            "required": ["run_id"],
            "additionalProperties": False,
        },
    ),
    _decide,
)
