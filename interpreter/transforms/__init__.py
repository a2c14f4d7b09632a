"""The data nodes as pure functions: what each makes of its config and the values that it reads."""

from interpreter.expressions import Meter
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeType
from interpreter.transforms.aggregate import AGGREGATE
from interpreter.transforms.compare import COMPARE
from interpreter.transforms.date_time import DATE_TIME
from interpreter.transforms.fields import Fields
from interpreter.transforms.filter_items import FILTER
from interpreter.transforms.limit import LIMIT
from interpreter.transforms.remove_duplicates import REMOVE_DUPLICATES
from interpreter.transforms.sort_items import SORT
from interpreter.transforms.split import SPLIT
from interpreter.transforms.transform import Transform

_TRANSFORMS: dict[str, Transform] = {
    one.node_type.id: one for one in (FILTER, SORT, AGGREGATE, SPLIT, REMOVE_DUPLICATES, LIMIT, DATE_TIME, COMPARE)
}


def transform_node_types() -> tuple[NodeType, ...]:
    """The node types of all data nodes."""
    return tuple(one.node_type for one in _TRANSFORMS.values())


def apply_transform(type_id: str, config: JsonObject, roots: JsonObject, meter: Meter) -> Json:
    """The output of a data node; `config` is raw, its inputs stay as they are.

    Raises `ExpressionFailure`: `ExpressionBudget` where the meter does not suffice, `OperandError` (`TypeError`)
    for a value of the wrong type; `KeyError` for an id that is no data node's.
    """
    return _TRANSFORMS[type_id].apply(Fields(config, roots, meter))


def is_cheap(type_id: str, config: JsonObject) -> bool:
    """Whether a data node with this raw config may be applied inside the Temporal workflow, if it is small."""
    return _TRANSFORMS[type_id].is_cheap(config)


__all__ = ["apply_transform", "is_cheap", "transform_node_types"]
