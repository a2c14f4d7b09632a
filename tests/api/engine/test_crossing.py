"""Large values between runs: each reads its own only, so they are put together or kept once more."""

import json
from pathlib import Path
from typing import Any

import pytest

from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues, Owner, ValueLost
from activities.kit.payload_storage import PayloadStorage
from api.engine.crossing import INPUT_BYTES, Crossing
from api.engine.errors import InvalidInput
from interpreter.large_value import is_reference
from interpreter.protocol import ChildStart
from tests.api.databases import settings_for

PARENT, CHILD = Owner("ws", "ws-parent"), Owner("ws", "ws-child")


@pytest.fixture
def values(tmp_path: Path) -> LargeValues:
    settings = settings_for(tmp_path, None)
    return LargeValues(PayloadStorage.at(settings.payloads), KeyRing.from_settings(settings), settings.max_value_bytes)


async def kept(values: LargeValues, owner: Owner, value: Any) -> Any:
    return await values.kept(owner, value, json.dumps(value), 0, [])


def asked(input: Any) -> ChildStart:
    return ChildStart(PARENT.run_id, PARENT.workspace_id, "call", "Child", None, input, True, 1)


async def test_an_input_is_whole_before_it_is_held_against_the_schema(values: LargeValues) -> None:
    text = await kept(values, PARENT, "x" * 100_000)
    assert await Crossing(values).to_child(asked({"text": text, "n": 1})) == {"text": "x" * 100_000, "n": 1}
    assert await Crossing(values).to_child(asked(await kept(values, PARENT, {"n": 2}))) == {"n": 2}


async def test_an_input_too_large_for_a_start_is_refused(values: LargeValues) -> None:
    with pytest.raises(InvalidInput):
        await Crossing(values).to_child(asked({"text": await kept(values, PARENT, "x" * INPUT_BYTES)}))


async def test_a_large_output_becomes_a_value_of_the_caller(values: LargeValues) -> None:
    output = {"rows": await kept(values, CHILD, ["x" * 1_000] * 100), "n": 1}
    told = await Crossing(values).to_caller("ws", CHILD.run_id, PARENT.run_id, output)
    assert is_reference(told)
    assert await values.here(PARENT, told) == {"rows": ["x" * 1_000] * 100, "n": 1}


async def test_a_small_output_travels_as_it_is(values: LargeValues) -> None:
    output = {"rows": await kept(values, CHILD, [1, 2]), "n": None}
    assert await Crossing(values).to_caller("ws", CHILD.run_id, PARENT.run_id, output) == {"rows": [1, 2], "n": None}


async def test_a_reference_of_another_run_opens_nothing(values: LargeValues) -> None:
    with pytest.raises(ValueLost):
        await Crossing(values).to_child(asked({"text": await kept(values, CHILD, "secret")}))
