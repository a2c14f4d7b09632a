"""A definition compiled and frozen: everything is decided that can be before the run."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from interpreter.catalog import Catalog
from interpreter.definition import Definition, Node, RetryPolicy
from interpreter.duration import parse_duration
from interpreter.expressions import EXPRESSION_ENGINE, Reference, Template, parse_template
from interpreter.expressions.quick_reading import read_templates
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import Kind, NodeType
from interpreter.packing import pack_text
from interpreter.protocol import INLINE_PLAN_BYTES

_PLANS_KEPT = 500
_TOTAL_TIMEOUT = "30d"
"""Attempts are bounded by the retry policy; this only has to outlast a night without workers."""
EXPRESS_ATTEMPT_MS = 5_000
"""A workflow task that ran longer would time out (`temporal.md`, section 14)."""
_HEARTBEAT_TIMEOUT = "10s"
PACKED_BYTES = 1_500_000
"""The most that a packed plan may take: it must fit one payload of Temporal's."""
_PATHS_EXTRACTED = 64
_Paths = dict[tuple[str, ...], None]
"""Paths in the order in which they were found."""
_DAY_MS = 86_400_000
_DEFAULTS: JsonObject = {
    "cache_ms": 0,
    "config": {},
    "container": False,
    "control": False,
    "credential": None,
    "deadline_ms": None,
    "disabled": False,
    "extracts": [],
    "fast": False,
    "heartbeat_ms": 10_000,
    "label": "",
    "join": "all",
    "last": False,
    "on_error": "fail",
    "parent": None,
    "reads": [[], [], []],
    "retries": [],
    "retry_list": False,
    "timeout_ms": 60_000,
    "total_ms": 30 * _DAY_MS,
}
"""What a stored node does not say. Part of the plan's format: never changed."""


class PlanTooLarge(ValueError):
    """The definition can't be run: its plan does not fit what Temporal may carry."""

    code = "plan_too_large"
    hint = "move long texts out of the configs, or split the workflow"


@dataclass(frozen=True, slots=True)
class Retry:
    """A retry policy in milliseconds."""

    max_attempts: int
    initial_ms: int
    backoff: float
    max_ms: int
    jitter: bool
    non_retryable: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """What the expressions of a config read, so that only this travels to the activity."""

    nodes: tuple[str, ...]
    errors: tuple[str, ...]
    roots: tuple[str, ...]


class PlannedNode:
    """One node, with the facts of its type and its place in the graph."""

    __slots__ = (
        "cache_ms", "children", "config", "container", "credential", "deadline_ms", "disabled", "extracts", "fast", "final", "heartbeat_ms",
        "id", "incoming", "index", "is_control", "join", "label", "last", "on_error", "outgoing", "parent", "reads",
        "retries", "retry_by_machine", "templates", "timeout_ms", "total_ms", "type",
    )  # fmt: skip

    def __init__(self, index: int, compact: JsonObject) -> None:
        stored = {**_DEFAULTS, **compact}
        self.index = index
        self.id: str = stored["id"]
        self.type: str = stored["type"]
        self.label: str = stored["label"] or self.id
        self.is_control: bool = stored["control"]
        self.config: JsonObject = stored["config"]
        self.join: str | int = stored["join"]
        self.on_error: str = stored["on_error"]
        self.disabled: bool = stored["disabled"]
        self.last: bool = stored["last"]
        self.credential: str | None = stored["credential"]
        self.timeout_ms: int = stored["timeout_ms"]
        self.total_ms: int = stored["total_ms"]
        self.heartbeat_ms: int = stored["heartbeat_ms"]
        self.retry_by_machine: bool = stored["retry_list"]
        self.retries = tuple(Retry(**{**retry, "non_retryable": tuple(retry["non_retryable"]), "errors": tuple(retry["errors"])}) for retry in stored["retries"])
        self.reads = Reads(*(tuple(names) for names in stored["reads"]))
        self.container: bool = stored["container"]
        self.parent: int | None = stored["parent"]
        self.deadline_ms: int | None = stored["deadline_ms"]
        self.extracts: list[list[str | int]] = stored["extracts"]
        self.cache_ms: int = stored["cache_ms"]
        self.fast: bool = stored["fast"]
        """In express mode: it may run inside of the workflow task."""
        self.children: list[int] = []
        """The nodes of the scope that this container owns, its finally not among them."""
        self.final: int | None = None
        """The finally of this scope."""
        self.outgoing: list[tuple[str, int]] = []
        """(port, target) in definition order."""
        self.incoming: list[tuple[str, int]] = []
        """(port of the source, source) in definition order."""
        self.templates: dict[tuple[str | int, ...], tuple[Template, Reads]] = {}

    @property
    def is_finally(self) -> bool:
        return self.type.startswith("core.finally@")

    def template(self, path: tuple[str | int, ...]) -> Template:
        """The parsed template at a path of the config (null where the config has nothing)."""
        return self.expression(path)[0]

    def expression(self, path: tuple[str | int, ...]) -> tuple[Template, Reads]:
        """The template at a path of the config, and what it reads."""
        known = self.templates.get(path)
        if known is None:
            value: Any = self.config
            for step in path:
                inside = isinstance(value, list) or (isinstance(value, dict) and step in value)
                value = value[step] if inside else None
            template = parse_template(value)
            known = self.templates[path] = (template, reads_of(template))
        return known


class Plan:
    """What a run follows. Equal texts are one plan."""

    def __init__(self, text: str) -> None:
        stored = json.loads(text)
        self.text = text
        self.hash = plan_hash(text)
        self.engine: int = stored["engine"]
        self.nodes = tuple(PlannedNode(index, node) for index, node in enumerate(stored["nodes"]))
        self.index_by_id = {node.id: node.index for node in self.nodes}
        self.output: Template | None = parse_template(stored["output"]) if stored["output"] is not None else None
        self.output_reads = Reads(*(tuple(names) for names in stored["output_reads"]))
        self.drain: bool = stored["drain"]
        self.express = any(node.fast for node in self.nodes)
        self.timeout_ms: int | None = stored["timeout_ms"]
        self.credentials: tuple[str, ...] = tuple(sorted({node.credential for node in self.nodes if node.credential}))
        self.roots: list[int] = []
        """The nodes of the run's own scope."""
        for node in self.nodes:
            self._place(node)
        for source, port, target in stored["edges"]:
            self.nodes[source].outgoing.append((port, target))
            self.nodes[target].incoming.append((port, source))

    def _place(self, node: PlannedNode) -> None:
        if node.parent is None:
            self.roots.append(node.index)
        elif node.is_finally:
            self.nodes[node.parent].final = node.index
        else:
            self.nodes[node.parent].children.append(node.index)

    @staticmethod
    def of(text: str) -> "Plan":
        """The plan of a text, compiled once per process."""
        return _cached_plan(text)


@lru_cache(maxsize=_PLANS_KEPT)
def _cached_plan(text: str) -> Plan:
    return Plan(text)


def plan_hash(text: str) -> str:
    """The SHA-256 of the plan's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def pack(text: str) -> str:
    """A plan's text made small, for plans that do not travel inline; raises `PlanTooLarge`."""
    packed = pack_text(text)
    if len(packed) > PACKED_BYTES:
        raise PlanTooLarge(f"the plan takes {len(packed)} bytes packed, and {PACKED_BYTES} at most are possible")
    return packed


def compile_plan(definition: Definition, catalog: Catalog) -> Plan:
    """The plan of a definition that `validate` found no error in.

    Raises `LookupError` when a node type is unknown: such a definition can't have been validated;
    `PlanTooLarge` when it is above what a run can carry.
    """
    index_by_id = {node.id: index for index, node in enumerate(definition.nodes)}
    edges: list[tuple[int, str, int]] = [
        (index_by_id[edge.source], edge.source_port, index_by_id[edge.target]) for edge in definition.edges
    ]
    types = [_known(catalog, node.type) for node in definition.nodes]
    extracts = _extracts(definition, types)
    ways_on: set[int] = {source for source, port, _ in edges if port != "error"}
    stored = {
        "engine": EXPRESSION_ENGINE,
        "nodes": [
            {
                **_stored_node(node, node_type, index not in ways_on),
                **_placed(node, node_type, index_by_id, extracts),
                **(_express(node, node_type) if definition.settings.mode == "express" else {}),
            }
            for index, (node, node_type) in enumerate(zip(definition.nodes, types, strict=True))
        ],
        "edges": edges,
        "output": definition.output,
        "output_reads": _reads(definition.output),
        "drain": definition.settings.on_failure == "drain",
        "timeout_ms": _milliseconds(definition.settings.timeout) if definition.settings.timeout else None,
    }
    text = json.dumps(stored, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    if len(text) > INLINE_PLAN_BYTES:
        pack(text)
    return Plan.of(text)


def _known(catalog: Catalog, type_id: str) -> NodeType:
    node_type = catalog.get(type_id)
    if node_type is None:
        raise LookupError(f"there is no node type {type_id}")
    return node_type


def _stored_node(node: Node, node_type: NodeType, no_way_on: bool) -> JsonObject:
    retry = node.retry if node.retry is not None else node_type.default_retry()
    policies = retry if isinstance(retry, tuple) else (retry,)
    is_control = node_type.kind is Kind.CONTROL
    stored = {
        "id": node.id,
        "type": node.type,
        "label": node.name,
        "control": is_control,
        "config": node.config,
        "join": node.join,
        "on_error": node.on_error,
        "disabled": node.disabled,
        # A node type without ports (fail, stop) ends a branch; its null is nobody's result.
        "last": no_way_on and bool(node_type.ports_for(node.config)),
        "credential": node.credential,
        "timeout_ms": _milliseconds(node.timeout or node_type.timeout),
        "total_ms": _milliseconds(node.total_timeout or _TOTAL_TIMEOUT),
        "heartbeat_ms": _milliseconds(node.heartbeat_timeout or _HEARTBEAT_TIMEOUT),
        "retry_list": isinstance(retry, tuple),
        "cache_ms": _milliseconds(node.cache.ttl) if node.cache is not None and not is_control else 0,
        "retries": [] if is_control else [_stored_retry(policy, node_type) for policy in policies],
        "reads": _reads(node_type.templates_in(node.config)),
    }
    return {name: value for name, value in stored.items() if name not in _DEFAULTS or value != _DEFAULTS[name]}


def _placed(node: Node, node_type: NodeType, index_by_id: dict[str, int], extracts: dict[str, _Paths]) -> JsonObject:
    """Where a node lives and what is read of it; only what differs from the defaults."""
    deadline = (node.timeout or node_type.deadline) if node_type.kind is Kind.CONTROL else None
    stored: JsonObject = {
        "container": node_type.container,
        "deadline_ms": _milliseconds(deadline) if deadline else None,
        "extracts": [list(path) for path in extracts.get(node.id, ())],
        "parent": index_by_id[node.parent] if node.parent is not None else None,
    }
    return {name: value for name, value in stored.items() if value != _DEFAULTS[name]}


def _express(node: Node, node_type: NodeType) -> JsonObject:
    """In express mode an attempt is short, and whatever does not repeat a write may run inside of the workflow task."""
    if node_type.kind is Kind.CONTROL:
        return {}
    attempt_ms = min(_milliseconds(node.timeout or node_type.timeout), EXPRESS_ATTEMPT_MS)
    return {"timeout_ms": attempt_ms, "fast": node_type.idempotent and node.parent is None}


def _extracts(definition: Definition, types: list[NodeType]) -> dict[str, _Paths]:
    """Per node the paths that expressions inside the workflow read from its output."""
    found: dict[str, _Paths] = defaultdict(dict)
    decided = [node.config for node, kind in zip(definition.nodes, types, strict=True) if kind.kind is Kind.CONTROL]
    for value in (*decided, definition.output):
        for reference in _references(value):
            paths = found[reference.name or ""]
            if reference.root == "nodes" and reference.path and len(paths) < _PATHS_EXTRACTED:
                paths[reference.path] = None
    return found


def _stored_retry(policy: RetryPolicy, node_type: NodeType) -> JsonObject:
    return {
        "max_attempts": policy.max_attempts,
        "initial_ms": _milliseconds(policy.initial_interval),
        "backoff": policy.backoff,
        "max_ms": _milliseconds(policy.max_interval),
        "jitter": policy.jitter == "full",
        "non_retryable": sorted({*policy.non_retryable, *node_type.final_errors}),
        "errors": list(policy.errors),
    }


def _milliseconds(duration: str) -> int:
    return max(1, round(parse_duration(duration).total_seconds() * 1000))


def _reads(value: Json) -> list[list[str]]:
    return [list(names) for names in astuple(_reads_of(_references(value)))]


def _references(value: Json) -> Iterable[Reference]:
    """What the expressions of a value refer to; the parser is asked only where it has to be."""
    return read_templates(value, "", None).references


def reads_of(template: Template) -> Reads:
    """What the expressions of a template read."""
    return _reads_of(template.references)


def _reads_of(references: Iterable[Reference]) -> Reads:
    nodes: set[str] = set()
    errors: set[str] = set()
    roots: set[str] = set()
    for reference in references:
        if reference.root == "nodes" and reference.name is not None:
            nodes.add(reference.name)
        elif reference.root == "errors" and reference.name is not None:
            errors.add(reference.name)
        else:
            roots.add(reference.root)
    return Reads(tuple(sorted(nodes)), tuple(sorted(errors)), tuple(sorted(roots)))
