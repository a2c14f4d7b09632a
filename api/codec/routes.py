"""`/codec/decode` and `/codec/encode`: the remote codec of Temporal's UI and command line."""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from temporalio.api.common.v1 import Payload

from activities.kit.codec import EncryptingCodec
from activities.kit.keys import KeysError
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import Unprocessable
from api.kit.services import Given
from interpreter.json_value import JsonObject

router = APIRouter(tags=["codec"], route_class=GuardedRoute)
MOST_PAYLOADS = 10_000


class PayloadBody(BaseModel):
    """A payload in protobuf's JSON: every value in base64."""

    model_config = ConfigDict(extra="ignore")

    metadata: dict[str, str] = Field(default_factory=dict)
    data: str = ""


class PayloadsBody(BaseModel):
    payloads: Annotated[list[PayloadBody], Field(max_length=MOST_PAYLOADS)] = Field(default_factory=list)


@router.post("/codec/decode")
@policy(Policy.MEMBER)
async def decode(body: PayloadsBody, member: Member, given: Given) -> JsonObject:
    """Payloads of the member's own workspace, in the clear; any other is refused."""
    try:
        decoded = await _codec(given, member).decode([_payload(one) for one in body.payloads])
    except KeysError as error:
        raise Unprocessable(f"a payload can't be decoded: {error}", code_of_keys=error.code) from None
    return {"payloads": [_shown(one) for one in decoded]}


@router.post("/codec/encode")
@policy(Policy.MEMBER)
async def encode(body: PayloadsBody, member: Member, given: Given) -> JsonObject:
    """Payloads encrypted for the member's workspace: what the command line sends with a signal."""
    encoded = await _codec(given, member).encode([_payload(one) for one in body.payloads])
    return {"payloads": [_shown(one) for one in encoded]}


def _codec(given: Given, member: Member) -> EncryptingCodec:
    return EncryptingCodec(given.ring, member.workspace_id)


def _payload(body: PayloadBody) -> Payload:
    try:
        metadata = {name: base64.b64decode(value, validate=True) for name, value in body.metadata.items()}
        return Payload(metadata=metadata, data=base64.b64decode(body.data, validate=True))
    except binascii.Error:
        raise Unprocessable("payloads: metadata and data are base64") from None


def _shown(payload: Payload) -> JsonObject:
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}
