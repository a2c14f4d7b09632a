"""From a node function to a Temporal activity: render, lease, run, heartbeat, map what went wrong."""

import asyncio
import json
import os
import random
import re
import socket
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.kit.beating import beating
from activities.kit.code_runtime import CodeRuntime
from activities.kit.context import NodeContext
from activities.kit.credential import Credential
from activities.kit.egress import EgressClient
from activities.kit.errors import InternalError, InvalidResponse, NodeError, Timeout
from activities.kit.evaluator import Evaluator
from activities.kit.large_values import LargeValues, Owner
from activities.kit.leases import LeaseClient
from activities.kit.mocks import mock_output
from activities.kit.node import Implementation
from activities.kit.payload_storage import PayloadStorage
from activities.kit.rendering import read_config, render_config, shown_input
from activities.kit.result_cache import CachedResult, ResultCache
from activities.kit.trail import Trail
from interpreter.expressions import ExpressionFailure
from interpreter.json_value import Json
from interpreter.node_type import NodeType
from interpreter.protocol import NodeCall, NodeResult

_LONGEST_RETRY_AFTER = 24 * 3600.0
_SHORTEST_PAUSE = 0.001
"""Zero would mean "none given" to the server."""
_WITHOUT_TIMEOUT = 3600.0
_LONGEST_MESSAGE = 2_000
_SHARE_OF_THE_ATTEMPT = 0.95
"""We give up a little before Temporal does: then the error says what was waited for."""
_SHARE_OF_THE_NODE = 0.98
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class NodeRunner:
    """Runs node functions with the resources of this worker."""

    def __init__(
        self,
        http: EgressClient,
        leases: LeaseClient,
        storage: PayloadStorage,
        values: LargeValues,
        code: CodeRuntime | None = None,
        cache: ResultCache | None = None,
        evaluator: Evaluator | None = None,
        worker: str = f"{os.getpid()}@{socket.gethostname()}",
    ) -> None:
        self._http = http
        self._leases = leases
        self._storage = storage
        self._values = values
        self._code = code or CodeRuntime()
        self._cache = cache
        """None where nothing is really called."""
        self._evaluator = evaluator or Evaluator()
        self._worker = worker
        """How Temporal names this process too."""

    def activity_of(self, implementation: Implementation, node_type: NodeType) -> Callable[..., Any]:
        """The activity of a node type, named by its id."""

        @activity.defn(name=node_type.id)
        async def run(call: NodeCall) -> NodeResult:
            return await self._run(call, implementation, node_type)

        return run

    async def _run(self, call: NodeCall, implementation: Implementation, node_type: NodeType) -> NodeResult:
        owner = Owner(call.workspace_id, call.run_id)
        shown: Json = None
        seconds = _seconds()
        trail = Trail.of(call, self._worker)
        context = self._context(call, trail, seconds)
        try:
            async with asyncio.timeout(seconds) as deadline, beating(trail):
                call = replace(call, scope=await self._values.here(owner, call.scope))
                rendered = await render_config(call, node_type, _scheduled_ms(), self._evaluator)
                shown = shown_input(rendered)
                config = read_config(rendered, node_type.config)
                cached = await self._cached(call, rendered)
                if cached is not None:
                    output, text = cached.output, cached.text
                elif call.mock is None:
                    output = await implementation.function(config, context)
                    text = check_output(output)
                    await self._keep(call, rendered, text)
                else:
                    output = await mock_output(call, rendered, context.attempt, context.at_ms, self._evaluator)
                    text = check_output(output)
                output = await self._values.kept(owner, output, text, call.inline_bytes, call.extracts)
        except ExpressionFailure as failure:
            raise self._failed(call, _as_node_error(failure), trail, shown, failure.name) from None
        except NodeError as error:
            raise self._failed(call, error, trail, shown) from None
        except Exception as error:
            if deadline.expired() and isinstance(error, TimeoutError):
                late = Timeout(f"the node did not end within {seconds:.3g} s", "give it a longer timeout")
                raise self._failed(call, late, trail, shown) from None
            # Its text may hold anything, also a secret: only its type goes into history, and its places into the log.
            told = {"type": call.type, "run_id": call.run_id, "key": call.key}
            structlog.get_logger("node").error("a node has a defect", error=type(error).__name__, at=_places(error), **told)
            internal = InternalError(f"{type(error).__name__} in {call.type}", "the worker's log has the details")
            raise self._failed(call, internal, trail, shown) from None
        cached_at = cached.cached_at if cached is not None else None
        return NodeResult(output, shown, context.attempt, cached_at=cached_at, tried=trail.end())

    async def _cached(self, call: NodeCall, rendered: Json) -> CachedResult | None:
        if self._cache is None or not call.cache_ms or call.mock is not None:
            return None
        return await self._cache.find(call, rendered)

    async def _keep(self, call: NodeCall, rendered: Json, text: str) -> None:
        if self._cache is not None and call.cache_ms:
            await self._cache.keep(call, rendered, text)

    def _context(self, call: NodeCall, trail: Trail, seconds: float) -> NodeContext:
        async def lease() -> Credential | None:
            return await self._leases.lease(call) if call.credential else None

        return NodeContext(
            run_id=call.run_id,
            workspace_id=call.workspace_id,
            node_id=call.node_id,
            key=call.key,
            idempotency_key=call.idempotency_key,
            attempt=trail.number,
            seconds=seconds * _SHARE_OF_THE_NODE,
            http=self._http,
            files=self._storage.of_run(call.workspace_id, call.run_id),
            lease=lease,
            at_ms=_scheduled_ms(),
            code=self._code,
            lines=trail.lines,
        )

    def _failed(
        self,
        call: NodeCall,
        error: NodeError,
        trail: Trail,
        shown: Json,
        name: str | None = None,
    ) -> ApplicationError:
        name = name or error.name
        message = _storable(error.message)
        tried = trail.end(name, message, error.retryable)
        activity.heartbeat(tried)
        detail: dict[str, Any] = {"attempts": trail.number, "retryable": error.retryable, "input": shown, "tried": tried}
        if error.hint is not None:
            detail["hint"] = _storable(error.hint)
        if error.details is not None:
            detail["details"] = error.details
        return ApplicationError(
            message,
            detail,
            type=name,
            non_retryable=not error.retryable,
            next_retry_delay=_next_delay(call, error, activity.info().attempt),
        )


def check_output(output: Json) -> str:
    """The JSON text of an output; raises `InvalidResponse` for what is no JSON."""
    try:
        text = json.dumps(output, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InvalidResponse("the output is not plain JSON", "NaN and infinite numbers are none") from None
    if "\\ud" in text and _LONE_SURROGATE.search(json.dumps(output, ensure_ascii=False)):
        raise InvalidResponse("the output holds half a character (a lone surrogate), which nothing can store")
    return text


def _places(error: Exception) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def _storable(message: str) -> str:
    """Bounded, and without halves of characters, at which Temporal's own encoding would break."""
    return message[:_LONGEST_MESSAGE].encode(errors="replace").decode()


def _as_node_error(failure: ExpressionFailure) -> NodeError:
    return NodeError(failure.message, failure.hint, failure.details or None)


def _seconds() -> float:
    """The time of this attempt."""
    timeout = activity.info().start_to_close_timeout
    return timeout.total_seconds() * _SHARE_OF_THE_ATTEMPT if timeout else _WITHOUT_TIMEOUT


def _scheduled_ms() -> int:
    """The time that expressions see: the same for every attempt."""
    return round(activity.info().scheduled_time.timestamp() * 1000)


def _next_delay(call: NodeCall, error: NodeError, attempt: int) -> timedelta | None:
    """The pause that the service asked for; else full jitter, which Temporal's own policy can't say."""
    if error.retry_after is not None:
        return timedelta(seconds=min(max(_SHORTEST_PAUSE, error.retry_after), _LONGEST_RETRY_AFTER))
    policy = activity.info().retry_policy
    if not (call.jitter and error.retryable) or policy is None:
        return None
    longest = policy.maximum_interval or timedelta(seconds=60)
    grown = policy.initial_interval.total_seconds() * policy.backoff_coefficient ** min(attempt - 1, 64)
    return timedelta(seconds=max(_SHORTEST_PAUSE, random.uniform(0, min(grown, longest.total_seconds()))))
