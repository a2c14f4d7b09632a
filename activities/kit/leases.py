"""Credentials on lease: asked of the API when a node needs one, kept in memory for a minute."""

import time
from collections import OrderedDict

from activities.kit.api_client import ApiClient
from activities.kit.credential import Credential
from activities.kit.errors import CredentialUnavailable
from interpreter.protocol import NodeCall

_KEPT_SECONDS = 60.0
_MOST_KEPT = 1_000


class LeaseClient:
    """Leases by run and credential name."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._kept: OrderedDict[tuple[str, str], tuple[float, Credential]] = OrderedDict()

    async def lease(self, call: NodeCall) -> Credential:
        """The credential that the node names; raises `CredentialUnavailable`."""
        name = call.credential or ""
        kept = self._kept.get((call.run_id, name))
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        asked = {"grant": call.grant, "run_id": call.run_id, "key": call.key, "credential": name}
        answer = await self._api.request("POST", "/leases", json=asked)
        if answer.status_code == 404:
            raise CredentialUnavailable(f'there is no credential "{name}"', "create it, or choose another one")
        if answer.status_code != 200:
            hint = "start the run again: its permission may have expired"
            raise CredentialUnavailable(f'this run may not use the credential "{name}"', hint)
        told = answer.json()
        hosts = told.get("hosts")
        credential = Credential(told["name"], told["kind"], told["data"], tuple(hosts) if hosts else None)
        self._keep((call.run_id, name), min(_KEPT_SECONDS, float(told.get("expires_in", 0))), credential)
        return credential

    def _keep(self, place: tuple[str, str], seconds: float, credential: Credential) -> None:
        self._kept[place] = (time.monotonic() + seconds, credential)
        self._kept.move_to_end(place)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
