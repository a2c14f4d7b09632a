"""What must hold once everything is healed: the invariants of a fault test, checked run by run."""

import asyncio
import json
from dataclasses import dataclass, field

from temporalio.client import Client, WorkflowExecutionStatus

from tests.faults.shapes import Shape
from tests.ledger import Ledger
from tests.running_product import RunningProduct

_AS_IN_TEMPORAL = {
    WorkflowExecutionStatus.COMPLETED: ("succeeded",),
    WorkflowExecutionStatus.FAILED: ("failed", "timed_out"),
    WorkflowExecutionStatus.CANCELED: ("cancelled",),
}


@dataclass
class Judge:
    """Keeps what was acknowledged; nothing is judged that was not, and everything that was is."""

    product: RunningProduct
    ledger: Ledger
    acknowledged: dict[str, Shape] = field(default_factory=dict)

    def judge(self, patience: float) -> None:
        """Raises `AssertionError` with every invariant that does not hold, and the run."""
        broken: list[str] = []
        for run_id, shape in self.acknowledged.items():
            run = self.product.ended(run_id, patience)
            if (run["status"], run["output"]) != ("succeeded", shape.output):
                broken.append(f"I1 {shape.name} {run_id}: {run['status']}, {run['output']}, {run['error']}")
            broken += self._calls(run_id, shape)
            broken += self._events(run_id)
        broken += asyncio.run(self._statuses())
        assert not broken, "\n".join(broken)

    def _calls(self, run_id: str, shape: Shape) -> list[str]:
        attempts = {row["key"].replace("#", "."): row["attempt"] for row in self.product.nodes(run_id)}
        broken = []
        for key in shape.keys:
            calls = self.ledger.calls.get(f"{run_id}/{key}", [])
            if not calls:
                broken.append(f"I2 {run_id}/{key} was never called")
            if len({call.idempotency_key for call in calls}) > 1:
                broken.append(f"I3 {run_id}/{key} was called under several keys")
            # Every attempt calls once at most: one more call is a node that ran again after its end.
            if len(calls) > attempts.get(key, 0):
                broken.append(f"I4 {run_id}/{key} was called {len(calls)} times in {attempts.get(key)} attempts")
        return broken

    def _events(self, run_id: str) -> list[str]:
        text = self.product.http.get(f"/runs/{run_id}/events", timeout=30).text
        frames = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
        seqs = [frame["seq"] for frame in frames]
        whole = seqs == list(range(1, len(seqs) + 1)) and bool(seqs)
        return [] if whole else [f"I7 {run_id}: events {seqs[:50]}"]

    async def _statuses(self) -> list[str]:
        system = self.product.http.get("/system").json()["temporal"]
        client = await Client.connect(system["address"], namespace=system["namespace"])
        broken = []
        for run_id in self.acknowledged:
            described = await client.get_workflow_handle(run_id).describe()
            shown = self.product.run(run_id)["status"]
            if shown not in _AS_IN_TEMPORAL.get(described.status or WorkflowExecutionStatus.RUNNING, ()):
                broken.append(f"I5 {run_id}: {shown} here, {described.status} in Temporal")
        return broken
