"""Telling Temporal to stop a run: what counts as told, and what as away."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.client import Client, RPCError
from temporalio.service import RPCStatusCode

from api.engine.cancelling import cancel_in_temporal
from api.engine.errors import TemporalAway
from interpreter.protocol import CANCEL_SIGNAL


@dataclass
class FakeTemporal:
    """Keeps what a run was told; with a status it refuses every call so."""

    refuses: RPCStatusCode | None = None
    told: list[tuple[str, str]] = field(default_factory=list)

    def get_workflow_handle(self, run_id: str) -> "FakeHandle":
        return FakeHandle(self, run_id)


@dataclass
class FakeHandle:
    temporal: FakeTemporal
    run_id: str

    async def cancel(self, rpc_timeout: timedelta) -> None:
        self._tell("cancel", rpc_timeout)

    async def signal(self, name: str, rpc_timeout: timedelta) -> None:
        self._tell(name, rpc_timeout)

    def _tell(self, what: str, rpc_timeout: timedelta) -> None:
        assert rpc_timeout <= timedelta(seconds=10)
        if self.temporal.refuses is not None:
            raise RPCError("refused", self.temporal.refuses, b"")
        self.temporal.told.append((self.run_id, what))


def client_of(temporal: FakeTemporal) -> Client:
    return cast(Any, temporal)


@pytest.mark.parametrize(("again", "told"), [(False, ["cancel"]), (True, ["cancel", CANCEL_SIGNAL])])
async def test_only_a_repeated_cancel_ends_what_the_first_lets_go_on(again: bool, told: list[str]) -> None:
    temporal = FakeTemporal()
    await cancel_in_temporal(client_of(temporal), "run", again)
    assert temporal.told == [("run", what) for what in told]


async def test_a_run_that_temporal_does_not_know_needs_no_telling() -> None:
    await cancel_in_temporal(client_of(FakeTemporal(RPCStatusCode.NOT_FOUND)), "run", again=True)


@pytest.mark.parametrize("status", [RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED])
async def test_whoever_does_not_answer_in_time_is_away(status: RPCStatusCode) -> None:
    with pytest.raises(TemporalAway):
        await cancel_in_temporal(client_of(FakeTemporal(status)), "run")
