"""The codec endpoint: the own workspace in the clear, nobody else's, and one page's origin only."""

import base64
import json
from typing import Any

from temporalio.api.common.v1 import Payload

from activities.kit.codec import ENCODING, EncryptingCodec
from tests.api.installation import KEY, Installation


def shown(payload: Payload) -> dict[str, Any]:
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}


PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps({"secret": 7}).encode())


async def encrypted(api: Installation, workspace_id: str) -> dict[str, Any]:
    [payload] = await EncryptingCodec(api.services.ring, workspace_id).encode([PLAIN])
    return shown(payload)


async def test_a_member_sees_the_payloads_of_the_own_workspace(api: Installation) -> None:
    body = {"payloads": [await encrypted(api, api.workspace_id), shown(PLAIN)]}
    async with api.mine as mine:
        answer = await mine.post("/codec/decode", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"payloads": [shown(PLAIN), shown(PLAIN)]}


async def test_what_was_encoded_can_be_decoded_and_is_encrypted_between(api: Installation) -> None:
    async with api.mine as mine:
        encoded = (await mine.post("/codec/encode", json={"payloads": [shown(PLAIN)]})).json()
        [payload] = encoded["payloads"]
        assert base64.b64decode(payload["metadata"]["encoding"]) == ENCODING
        assert b"secret" not in base64.b64decode(payload["data"])
        assert (await mine.post("/codec/decode", json=encoded)).json() == {"payloads": [shown(PLAIN)]}


async def test_the_payloads_of_another_workspace_stay_closed(api: Installation) -> None:
    body = {"payloads": [await encrypted(api, api.other_workspace_id)]}
    async with api.mine as mine:
        answer = await mine.post("/codec/decode", json=body)
    assert answer.status_code == 422 and "another workspace" in answer.json()["detail"]


async def test_damaged_and_broken_payloads_are_refused_with_words(api: Installation) -> None:
    damaged = await encrypted(api, api.workspace_id)
    damaged["data"] = base64.b64encode(b"x" * 60).decode()
    broken = {"metadata": {"encoding": "no base64!"}, "data": ""}
    async with api.mine as mine:
        for payload in (damaged, broken):
            assert (await mine.post("/codec/decode", json={"payloads": [payload]})).status_code == 422


async def test_who_has_no_key_sees_nothing(api: Installation) -> None:
    async with api.client(None) as stranger:
        assert (await stranger.post("/codec/decode", json={"payloads": []})).status_code == 401


async def test_only_the_page_of_temporal_may_ask_from_another_origin(api: Installation) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    async with api.client(KEY) as mine:
        for origin, allowed in (("http://temporal.example:8233", True), ("http://evil.example", False)):
            answer = await mine.options("/codec/decode", headers={"Origin": origin, **asked})
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
        elsewhere = await mine.options("/runs", headers={"Origin": "http://temporal.example:8233", **asked})
        assert "access-control-allow-origin" not in elsewhere.headers
