"""`holdfast temporal`: the path of the Temporal executable, fetched first where it is missing."""

import asyncio
import sys

from temporal_workers.commands import console
from temporal_workers.errors import WorkersError
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.settings import UpSettings
from temporal_workers.temporal_binary import TemporalBinary, find
from temporal_workers.temporal_fetch import standard_fetchers


def temporal(settings: UpSettings | None = None) -> int:
    try:
        binary = asyncio.run(_find(settings or UpSettings()))
    except WorkersError as failure:
        console.show_failure(failure)
        return 1
    print(binary.path)
    return 0


async def _find(settings: UpSettings) -> TemporalBinary:
    home = Home(settings.home)
    home.prepare()
    # Standard output is the path alone, so that scripts can use it.
    narrator = Narrator(sys.stderr)
    environment = settings.tool_environment()
    fetchers = standard_fetchers(environment)
    binary = await find(settings.temporal_bin, home, narrator, environment=environment, fetchers=fetchers)
    narrator.say(f"{binary}.")
    return binary
