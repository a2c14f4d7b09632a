"""Opens a bundle: the run in it is shown like any other, and can't be begun, stopped or repeated."""

import asyncio
import hashlib
import json
from datetime import datetime
from typing import IO

from activities.kit.errors import StorageAway
from activities.kit.large_values import Owner
from api.bundles.reading import BundleReader, BundleRefused
from api.kit.key_door import Principal
from api.kit.problem import Unavailable
from api.kit.services import Services
from api.runs.schemas import RunView
from api.store import ids, opened_bundles
from interpreter.json_value import JsonObject

_LONGEST_NAME = 200


async def open_bundle(services: Services, member: Principal, file: IO[bytes]) -> tuple[str, bool]:
    """The id of the run, and whether it is new: the same bundle is one run. Raises `BundleRefused`."""
    bundle = await asyncio.to_thread(BundleReader, file)
    digest = bundle.manifest.digest
    async with services.database.read() as connection:
        known = await opened_bundles.opened_before(connection, member.workspace_id, digest)
    if known is not None:
        return known, False
    run_id = ids.run_id(member.workspace_id)
    run, rows, events, plan = await asyncio.to_thread(_content, bundle)
    try:
        await _keep_values(services, Owner(member.workspace_id, run_id), bundle)
        async with services.database.write() as connection:
            plan_hash = hashlib.sha256(plan.encode()).hexdigest()
            await opened_bundles.insert_run(connection, member.workspace_id, run_id, digest, run, plan_hash, plan)
            await opened_bundles.add_rows(connection, run_id, rows)
            await opened_bundles.add_events(connection, run_id, events)
            words = [run["workflow_name"], run["business_key"], run["error"], bundle.manifest.run_id, *(row["node_id"] for _, row in rows)]
            words += [event.get("message") for event in events if event["event"] == "log"]
            await opened_bundles.index_words(connection, member.workspace_id, run_id, words)
    except BaseException:
        # Nothing half-written stays behind.
        await asyncio.to_thread(services.storage.of_run(member.workspace_id, run_id).delete)
        raise
    return run_id, True


def _content(bundle: BundleReader):  # type: ignore[no-untyped-def]
    run = bundle.run()
    return _told(bundle, run), list(bundle.rows()), list(bundle.events()), json.dumps(bundle.plan())


def _told(bundle: BundleReader, run: RunView) -> JsonObject:
    for name in ("created_at", "started_at", "ended_at"):
        at = getattr(run, name)
        try:
            aware = at is None or datetime.fromisoformat(at).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise BundleRefused(f"run.json: {name} is no time with a zone")
    told: JsonObject = run.model_dump(mode="json", by_alias=True)
    origin = {"run_id": bundle.manifest.run_id[:_LONGEST_NAME], "exported_at": bundle.manifest.exported_at[:50], "trigger": told["trigger"]}
    redactions = [one.model_dump() for one in bundle.manifest.redactions]
    left_out = [one.model_dump() for one in bundle.manifest.left_out][:100]
    told["trigger"] = {"kind": opened_bundles.BUNDLE, **origin, "redactions": redactions, "left_out": left_out}
    told["workflow_name"] = told["workflow_name"][:_LONGEST_NAME]
    told["business_key"] = told["business_key"] and told["business_key"][:_LONGEST_NAME]
    return told


async def _keep_values(services: Services, owner: Owner, bundle: BundleReader) -> None:
    try:
        for digest, text in bundle.kept("values"):
            if await services.values.take_in(owner, text) != digest:
                raise BundleRefused(f"values/{digest}.json does not have the hash that it is called by")
        files = services.storage.of_run(owner.workspace_id, owner.run_id)
        for _, content in bundle.kept("files"):
            await files.put(content, "", "")
    except StorageAway as away:
        raise Unavailable(f"{away.message}; {away.hint}") from None
