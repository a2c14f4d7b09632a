"""How long the fault tests are: short in every test run, long in `make faults`."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    kills: int
    runs: int
    concurrent: int
    restarts: int


LONG = os.environ.get("HOLDFAST_TEST_FAULTS") == "long"
SCALE = Scale(kills=100, runs=200, concurrent=1_000, restarts=10) if LONG else Scale(kills=6, runs=30, concurrent=150, restarts=2)
