"""`/node-types`: palette, forms and documents follow from this."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.kit.guard import GuardedRoute, Policy, policy
from api.kit.problem import NotFound
from api.kit.services import Given
from interpreter.json_value import JsonObject
from interpreter.node_type import NodeType

router = APIRouter(prefix="/node-types", tags=["node types"], route_class=GuardedRoute)


class NodeTypeView(BaseModel):
    id: str
    title: str
    description: str
    category: str
    kind: str
    config_schema: JsonObject
    output_schema: JsonObject
    ports: list[str]
    credential_kinds: list[str]
    credential_required: bool
    idempotent: bool
    effect: str
    timeout: str
    retry: JsonObject


class NodeTypes(BaseModel):
    items: list[NodeTypeView]
    next_cursor: None = None


@router.get("", response_model=NodeTypes)
@policy(Policy.MEMBER)
async def list_node_types(given: Given) -> JsonObject:
    """Every node type that a definition may use."""
    return {"items": [_view(node_type) for node_type in given.catalog]}


@router.get("/{type_id}", response_model=NodeTypeView)
@policy(Policy.MEMBER)
async def get_node_type(type_id: str, given: Given) -> JsonObject:
    node_type = given.catalog.get(type_id)
    if node_type is None:
        raise NotFound
    return _view(node_type)


def _view(node_type: NodeType) -> JsonObject:
    return {
        "id": node_type.id,
        "title": node_type.title,
        "description": node_type.description,
        "category": node_type.category,
        "kind": node_type.kind.value,
        "config_schema": node_type.config_schema(),
        "output_schema": node_type.output_schema,
        "ports": list(node_type.ports),
        "credential_kinds": list(node_type.credential_kinds),
        "credential_required": node_type.credential_required,
        "idempotent": node_type.idempotent,
        "effect": node_type.effect.value,
        "timeout": node_type.timeout,
        "retry": node_type.default_retry().model_dump(mode="json"),
    }
