"""Runs every case that is led by hand twice: as it is, and through a snapshot after every event."""

from typing import Any

import pytest

from tests.interpreter.machine.by_hand import Begin, ByHand


@pytest.fixture(params=[False, True], ids=["plain", "snapshots"])
def begin(request: pytest.FixtureRequest) -> Begin:
    """Begins a run of both implementations: nodes, wires, the run's input, more of the definition."""

    def begun(
        nodes: list[dict[str, Any]], wires: list[str] | None = None, run_input: Any = None, **definition: Any
    ) -> ByHand:
        return ByHand(nodes, wires or [], run_input, request.param, **definition)

    return begun
