import asyncio
import io

import pytest

from temporal_workers import narration
from temporal_workers.narration import Narrator


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_something_quick_is_told_in_one_line(narrator: Narrator, spoken: io.StringIO) -> None:
    async with narrator.working("Counting"):
        pass
    assert spoken.getvalue() == "Counting ...\n"


async def test_something_slow_shows_in_plain_output_that_it_goes_on(
    narrator: Narrator, spoken: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narration, "_PATIENCE", 0.01)
    async with narrator.working("Counting"):
        await asyncio.sleep(0.1)
    assert "still at it" in spoken.getvalue()


async def test_a_terminal_gets_a_spinner_that_is_wiped_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narration, "_PATIENCE", 0.01)
    terminal = Terminal()
    async with Narrator(terminal).working("Counting"):
        await asyncio.sleep(0.1)
    assert "| Counting" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")


def test_a_closed_output_does_not_stop_the_product() -> None:
    closed = io.StringIO()
    narrator = Narrator(closed)
    closed.close()
    narrator.say("nobody reads this")
