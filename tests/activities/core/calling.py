"""Calls a node function as the runner does, without Temporal."""

from pathlib import Path
from typing import Any

from activities.core.nodes import http_request
from activities.core.spec import HttpRequestConfig
from activities.kit.context import NodeContext
from activities.kit.credential import Credential
from activities.kit.egress import EgressClient
from activities.kit.object_stores import FolderStore
from activities.kit.payload_storage import PayloadStorage, RunFiles
from activities.kit.rendering import read_config


class Caller:
    """One run's http_request node."""

    def __init__(self, egress: EgressClient, root: Path) -> None:
        self.egress = egress
        self.files: RunFiles = PayloadStorage(FolderStore(root)).of_run("ws", "ws-1")

    async def __call__(self, credential: Credential | None = None, seconds: float = 20, **config: Any) -> Any:
        async def lease() -> Credential | None:
            return credential

        ctx = NodeContext(
            run_id="ws-1",
            workspace_id="ws",
            node_id="n",
            key="n",
            idempotency_key="ws-1:n",
            attempt=1,
            seconds=seconds,
            http=self.egress,
            files=self.files,
            lease=lease,
        )
        return await http_request(read_config(config, HttpRequestConfig), ctx)  # type: ignore[arg-type]
