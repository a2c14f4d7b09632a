"""A data node: what it promises, and the pure function behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from interpreter.expressions import parse_template
from interpreter.json_value import JsonObject
from interpreter.node_type import Kind, NodeConfig, NodeType
from interpreter.transforms.fields import Apply

CATEGORY = "Data"


def by_its_templates(config: JsonObject) -> bool:
    """Whether all expressions of a config are of the cheap kind."""
    return parse_template(config).cheap


@dataclass(frozen=True, slots=True)
class Transform:
    """A node type and what it makes of its fields."""

    node_type: NodeType
    apply: Apply
    is_cheap: Callable[[JsonObject], bool] = by_its_templates
    """Whether a config may be applied inside the Temporal workflow."""


def transform(
    apply: Apply,
    type_id: str,
    title: str,
    description: str,
    config: type[NodeConfig],
    output_schema: JsonObject,
    item_fields: tuple[str, ...] = (),
    is_cheap: Callable[[JsonObject], bool] = by_its_templates,
) -> Transform:
    """A data node of the palette's category `Data`."""
    node_type = NodeType(
        id=type_id,
        title=title,
        description=description,
        category=CATEGORY,
        kind=Kind.CONTROL,
        config=config,
        output_schema=output_schema,
        item_fields=item_fields,
    )
    return Transform(node_type, apply, is_cheap)


ANY_LIST: JsonObject = {"type": "array"}
