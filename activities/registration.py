"""All node activities of a worker, with the resources that they share."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from activities.discovery import load_node_types, modules_called
from activities.kit.api_client import PATIENCE, ApiClient
from activities.kit.code_runtime import CodeRuntime
from activities.kit.egress import EgressClient
from activities.kit.evaluate import evaluate_activity
from activities.kit.evaluator import Evaluator
from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from activities.kit.leases import LeaseClient
from activities.kit.node import implementations_in
from activities.kit.payload_storage import PayloadStorage
from activities.kit.plans import plan_activity
from activities.kit.result_cache import ResultCache
from activities.kit.runner import NodeRunner
from activities.kit.settings import KitSettings
from activities.kit.stubs import NothingLeaves, stub_of


class NodeWithoutType(LookupError):
    """A node function and the specs do not match: a defect of the project, found at start."""


@dataclass(frozen=True)
class Services:
    """What the nodes of a worker share; built once, closed at the end."""

    http: EgressClient
    api: ApiClient
    storage: PayloadStorage
    values: LargeValues
    code: CodeRuntime
    evaluator: Evaluator

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: KitSettings) -> AsyncIterator["Services"]:
        """The services of a worker's settings, for as long as it runs."""
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(EgressClient(settings.egress_allow))
            api = await stack.enter_async_context(ApiClient(settings))
            code = CodeRuntime()
            stack.push_async_callback(code.close)
            evaluator = Evaluator()
            stack.push_async_callback(evaluator.close)
            storage = PayloadStorage.at(settings.payloads, PATIENCE)
            values = LargeValues(storage, KeyRing.from_settings(settings), settings.max_value_bytes)
            yield cls(http, api, storage, values, code, evaluator)


def load_activities(services: Services) -> list[Callable[..., Any]]:
    """One activity per service node type, and those that the run workflow itself needs."""
    leases, cache = LeaseClient(services.api), ResultCache(services.api)
    runner = NodeRunner(services.http, leases, services.storage, services.values, services.code, cache, services.evaluator)
    functions = {one.type_id: one for module in modules_called("nodes") for one in implementations_in(module)}
    types = {node_type.id: node_type for node_type in load_node_types()}
    if functions.keys() != types.keys():
        raise NodeWithoutType(f"only a spec or only a function: {sorted(functions.keys() ^ types.keys())}")
    nodes = [runner.activity_of(functions[type_id], node_type) for type_id, node_type in types.items()]
    return [*nodes, evaluate_activity(services.values, services.evaluator), plan_activity(services.api)]


def load_stubs(services: Services) -> list[Callable[..., Any]]:
    """One stub per service node type, for the queue of dry runs: none of them has a way out."""
    runner = NodeRunner(NothingLeaves(), NothingLeaves(), services.storage, services.values, evaluator=services.evaluator)
    return [runner.activity_of(stub_of(node_type), node_type) for node_type in load_node_types()]
