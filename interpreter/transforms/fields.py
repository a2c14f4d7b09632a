"""What a data node reads of its config: rendered fields, and fields that are rendered once for each item."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator

from interpreter.expressions import ExpressionFailure, Meter, OperandError, Template, parse_template
from interpreter.expressions.operators import kind_of
from interpreter.json_value import Json, JsonObject, pointer

POINTER_BYTES = 8
"""What one more item in a list is charged, beside the item itself."""


def _of_the_item(value: Any) -> Any:
    if isinstance(value, str) and "{{" not in value:
        raise ValueError("write an expression that reads the item, such as {{ item.total }}")
    return value


PerItem = Annotated[str, AfterValidator(_of_the_item)]
"""An expression that is rendered for each item; a plain text would be the same for all of them."""

PATH = "path"
INDEX = "index"
"""Of a failure's details: the field, and the item at which it happened."""


class Fields:
    """The config of one data node with the values that its expressions see.

    Whatever it raises is an `ExpressionFailure`: of an expression, or `OperandError` for a value of the wrong type.
    """

    def __init__(self, config: JsonObject, roots: JsonObject, meter: Meter) -> None:
        self.config = config
        self.roots = roots
        self.meter = meter

    def has(self, name: str) -> bool:
        return self.config.get(name) is not None

    def value(self, name: str) -> Json:
        """The rendered field; None where the config has none."""
        return parse_template(self.config.get(name), pointer(name)).render(self.roots, self.meter)

    def items(self, name: str) -> list[Json]:
        """The rendered list, each item of it charged as a step."""
        value = self.value(name)
        if not isinstance(value, list):
            raise wrong(name, value, "a list", 'an expression that finds one item gives the item: write "[…]" around it')
        self.meter.step(len(value))
        self.meter.grow(POINTER_BYTES * len(value))
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = self.value(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise wrong(name, value, "a text")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise located(OperandError(f'{name} is "{value[:100]}"', f"it can be {', '.join(choices)}"), name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.value(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise wrong(name, value, "true or false")
        return value

    def whole(self, name: str, least: int, default: int | None = None) -> int:
        """A whole number that is not below `least`."""
        value = self.value(name)
        if value is None and default is not None:
            return default
        number = whole_number(value)
        if number is None:
            raise wrong(name, value, "a whole number")
        if number < least:
            raise located(OperandError(f"{name} is {number}, and must be {least} at least"), name)
        return number

    def each(self, *path: str | int) -> "EachItem":
        """The template at a path of the config, to be rendered for each item."""
        value: Json = self.config
        for step in path:
            value = value[step]
        return EachItem(parse_template(value, pointer(*path)), pointer(*path), self.roots, self.meter)

    def entries(self, name: str) -> list[JsonObject]:
        """The objects of a list that is part of the config itself, not of an expression."""
        value = self.config.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise wrong(name, value, "a list of objects")
        return value


class EachItem:
    """One template, rendered for item after item."""

    def __init__(self, template: Template, path: str, roots: JsonObject, meter: Meter) -> None:
        self._template = template
        self._path = path
        self._roots = roots
        self._meter = meter

    def over(self, items: list[Json]) -> Iterator[Json]:
        """The rendered value of each item, in order; `item`, `index` and `count` are what the expression sees.

        A failure says in its details at which `index` it happened.
        """
        scope = {**self._roots, "item": None, "index": 0, "count": len(items)}
        for index, item in enumerate(items):
            scope["item"], scope["index"] = item, index
            try:
                value = self._template.render(scope, self._meter)
            except ExpressionFailure as failure:
                failure.details.setdefault(INDEX, index)
                raise
            yield value

    def wrong(self, index: int, value: Json, wanted: str, hint: str | None = None) -> OperandError:
        """The failure of an item whose rendered value is of the wrong type."""
        error = wrong(self._path.strip("/"), value, wanted, hint)
        error.details = {PATH: self._path, INDEX: index}
        return error


def whole_number(value: Json) -> int | None:
    """A number without a fraction as an integer; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or value.is_integer() else None


def wrong(name: str, value: Json, wanted: str, hint: str | None = None) -> OperandError:
    """The failure of a field whose value is of the wrong type."""
    return located(OperandError(f"{name} is {kind_of(value)}, not {wanted}", hint), name)


def located(error: OperandError, name: str) -> OperandError:
    error.details.setdefault(PATH, pointer(name))
    return error


Apply = Callable[[Fields], Json]
"""What a data node does."""
