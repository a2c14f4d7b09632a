"""The whole meaning of a run: `advance(state, event) -> (state, commands)`, without clock, chance or I/O."""

from interpreter.machine.advance import advance, start
from interpreter.machine.journal import row, rows, whole_row
from interpreter.machine.progress import progress
from interpreter.machine.snapshot import restore, snapshot
from interpreter.machine.state import STEP_BUDGET, RunContext, State

__all__ = ["STEP_BUDGET", "RunContext", "State", "advance", "progress", "restore", "row", "rows", "snapshot", "start", "whole_row"]
