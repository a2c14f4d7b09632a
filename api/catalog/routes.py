"""`/node-types`: palette, forms and documents follow from this."""

from fastapi import APIRouter

from api.catalog.schemas import NodeTypes, NodeTypeView, TrialBody, TrialView
from api.catalog.trials import try_out
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import NotFound
from api.kit.services import Given
from interpreter.json_value import JsonObject
from interpreter.node_type import NodeType

router = APIRouter(prefix="/node-types", tags=["node types"], route_class=GuardedRoute)


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


@router.post("/{type_id}/test", response_model=TrialView, response_model_exclude_unset=True)
@policy(Policy.MEMBER)
async def test_node_type(type_id: str, body: TrialBody, member: Member, given: Given) -> JsonObject:
    """Runs one node once, really or by a mock, and answers how it ended."""
    node_type = given.catalog.get(type_id)
    if node_type is None:
        raise NotFound
    return await try_out(given, member, node_type, body)


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
