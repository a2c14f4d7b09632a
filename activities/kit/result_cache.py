"""Results of earlier calls: asked of the API before a node runs, and handed to it afterwards.

The cache is never needed: when it is away, or holds nothing, the node runs.
"""

import hashlib
import json
from dataclasses import dataclass

import structlog

from activities.kit.api_client import ApiClient
from activities.kit.errors import ConnectionFailed
from interpreter.json_value import Json
from interpreter.protocol import NodeCall

LARGEST = 1024 * 1024
"""Of JSON text: what is larger is not kept."""
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class CachedResult:
    output: Json
    text: str
    cached_at: str
    """When the call was made, ISO 8601 in UTC."""


class ResultCache:
    """Finds and keeps outputs of nodes whose definition gives them a time to live."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def find(self, call: NodeCall, rendered: Json) -> CachedResult | None:
        """The output of an equal call that is young enough; equal are type, rendered config and credential."""
        answer = await self._ask("/results/find", {**_asked(call, rendered), "age_ms": call.cache_ms})
        if answer is None or not isinstance(answer.get("text"), str):
            return None
        return CachedResult(json.loads(answer["text"]), answer["text"], answer["cached_at"])

    async def keep(self, call: NodeCall, rendered: Json, text: str) -> None:
        """Keeps the JSON text of an output, unless it is large or refers to files of its run."""
        if len(text) <= LARGEST and '"$file"' not in text:
            await self._ask("/results", {**_asked(call, rendered), "text": text, "ttl_ms": call.cache_ms})

    async def _ask(self, path: str, asked: dict[str, Json]) -> dict[str, Json] | None:
        try:
            answer = await self._api.request("POST", path, json=asked, patience=_PATIENCE)
        except ConnectionFailed:
            structlog.get_logger("node").warning("the result cache does not answer")
            return None
        return answer.json() if answer.status_code == 200 else None


def _asked(call: NodeCall, rendered: Json) -> dict[str, Json]:
    text = json.dumps([call.type, rendered], sort_keys=True)
    return {
        "workspace_id": call.workspace_id,
        "run_id": call.run_id,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "credential": call.credential,
    }
