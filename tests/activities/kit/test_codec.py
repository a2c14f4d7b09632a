"""The payload codec: nothing readable in Temporal, each workspace by itself, keys may rotate."""

import base64

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from activities.kit.codec import EncryptingCodec, workspace_of
from activities.kit.connection import data_converter
from activities.kit.keys import KeyRing, Tampered, UnknownKey
from interpreter.protocol import NodeCall


def ring(*kids: str) -> KeyRing:
    return KeyRing.parse(",".join(f"{kid}:{base64.b64encode(kid.encode().ljust(32)).decode()}" for kid in kids))


def codec(ring: KeyRing, run_id: str) -> EncryptingCodec:
    return EncryptingCodec(ring).with_context(WorkflowSerializationContext(namespace="default", workflow_id=run_id))


SECRET = Payload(metadata={"encoding": b"json/plain"}, data=b'"CANARY"')


async def test_a_payload_is_unreadable_and_comes_back_whole() -> None:
    ours = codec(ring("k1"), "wsa-1")
    [sealed] = await ours.encode([SECRET])
    assert b"CANARY" not in sealed.SerializeToString()
    assert await ours.decode([sealed]) == [SECRET]


async def test_another_workspace_can_not_decode_it() -> None:
    keys = ring("k1")
    [sealed] = await codec(keys, "wsa-1").encode([SECRET])
    with pytest.raises(Tampered):
        await codec(keys, "wsb-1").decode([sealed])
    sealed.metadata["workspace"] = b"wsb"
    with pytest.raises(Tampered):
        await codec(keys, "wsb-1").decode([sealed])


async def test_old_payloads_decode_after_a_rotation_and_a_lost_key_is_named() -> None:
    [sealed] = await codec(ring("k1"), "ws-1").encode([SECRET])
    assert await codec(ring("k2", "k1"), "ws-1").decode([sealed]) == [SECRET]
    with pytest.raises(UnknownKey, match="k1"):
        await codec(ring("k2"), "ws-1").decode([sealed])


async def test_a_payload_that_was_never_encrypted_passes_unchanged() -> None:
    assert await codec(ring("k1"), "ws-1").decode([SECRET]) == [SECRET]


async def test_the_whole_converter_carries_a_node_call() -> None:
    call = NodeCall("ws-1", "ws", "n", "n", "core.http_request@1", {"url": "x"}, {"nodes": {"a": {"big": "y" * 10_000}}})
    context = WorkflowSerializationContext(namespace="default", workflow_id="ws-1")
    converter = data_converter(ring("k1")).with_context(context)
    payloads = await converter.encode([call])
    assert await converter.decode(payloads, [NodeCall]) == [call]
    assert payloads[0].metadata["kid"] == b"k1"


def test_a_run_id_begins_with_its_workspace() -> None:
    assert [workspace_of(one) for one in ("abc-01", "abc-01-x", "", None)] == ["abc", "abc", "", ""]


async def test_a_payload_that_hides_its_origin_is_refused() -> None:
    keys = ring("k1")
    for lost in ("kid", "workspace"):
        [sealed] = await codec(keys, "ws-1").encode([SECRET])
        del sealed.metadata[lost]
        with pytest.raises(Tampered):
            await codec(keys, "ws-1").decode([sealed])
