"""Who waits for the end of a run in this process is told by the record itself."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable

_REMEMBERED = 2_000


class RunEnds:
    """Ends of runs as this process records them; another process's are found in the database."""

    def __init__(self, heard: Callable[[], None] = lambda: None) -> None:
        self._heard = heard
        """Is told of every end."""
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._ended: OrderedDict[str, None] = OrderedDict()

    def announce(self, run_id: str) -> None:
        """The end of a run is in the database."""
        self._ended[run_id] = None
        if len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)
        for event in self._waiting.pop(run_id, ()):
            event.set()
        self._heard()

    async def wait(self, run_id: str, seconds: float) -> bool:
        """Whether the end was announced within the time."""
        if run_id in self._ended:
            return True
        event = asyncio.Event()
        self._waiting[run_id].add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
            return True
        except TimeoutError:
            return False
        finally:
            waiting = self._waiting.get(run_id)
            if waiting is not None:
                waiting.discard(event)
                if not waiting:
                    del self._waiting[run_id]
