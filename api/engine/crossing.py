"""Large values that cross from one run to another: each run reads its own values only."""

import json

from activities.kit.large_values import LargeValues, Owner
from api.engine.errors import InvalidInput
from interpreter.json_value import Json
from interpreter.protocol import INLINE_BYTES, ChildStart

INPUT_BYTES = 1024 * 1024
"""Of a child's input: it travels in the start of the run."""


class Crossing:
    """Puts values together for the other run, or keeps them where that one can read them."""

    def __init__(self, values: LargeValues) -> None:
        self._values = values

    async def to_child(self, told: ChildStart) -> Json:
        """The whole input of a child; raises `InvalidInput` for one that is too large, and `ValueLost`."""
        input = await self._values.here(Owner(told.workspace_id, told.run_id), told.input)
        size = len(json.dumps(input))
        if size > INPUT_BYTES:
            raise InvalidInput(f"the input takes {size} bytes, and {INPUT_BYTES} at most travel to another run")
        return input

    async def to_caller(self, workspace_id: str, child_id: str, caller_run_id: str, output: Json) -> Json:
        """The output of a child as its caller can read it: a reference to a value of the caller's own when it is large.

        Raises `ValueLost`.
        """
        whole = await self._values.here(Owner(workspace_id, child_id), output)
        return await self._values.kept(Owner(workspace_id, caller_run_id), whole, json.dumps(whole), INLINE_BYTES, [])
