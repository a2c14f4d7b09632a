"""Every golden history of every interpreter version replays on the code as it is now."""

import json
from pathlib import Path

import jsonata  # noqa: F401
import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from interpreter.machine import ending, running
from interpreter.machine.state import Instance, State
from interpreter.protocol import INTERPRETER_VERSION
from temporal_workers.workflows.run import RunWorkflow
from tests.engine.conftest import UNENCRYPTED
from tests.replay.shapes import SHAPES

FOLDER = Path(__file__).parent / "histories"
HISTORIES = sorted(FOLDER.rglob("*.json"))


def replayer() -> Replayer:
    restrictions = SandboxRestrictions.default.with_passthrough_modules("interpreter", "jsonata")
    runner = SandboxedWorkflowRunner(restrictions=restrictions)
    return Replayer(workflows=[RunWorkflow], workflow_runner=runner, data_converter=UNENCRYPTED)


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"ws-{path.stem}", json.loads(path.read_text()))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_golden_history_replays(path: Path) -> None:
    await replayer().replay_workflow(history(path))


def test_every_shape_has_a_history_of_this_interpreter_version() -> None:
    kept = {path.name.split(".")[0] for path in (FOLDER / f"v{INTERPRETER_VERSION}").glob("*.json")}
    assert kept == set(SHAPES)
    assert len(SHAPES) >= 25


async def test_a_machine_that_gives_other_commands_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that these tests can fail: a machine that leaves out an activity must be noticed."""

    def planted(state: State, instance: Instance) -> None:
        ending.succeed(state, instance, None)

    monkeypatch.setattr(running, "run_service", planted)
    path = FOLDER / f"v{INTERPRETER_VERSION}" / "diamond.0.json"
    with pytest.raises(Exception, match=r"(?i)nondeterminism|TMPRL1100"):
        await replayer().replay_workflow(history(path))
