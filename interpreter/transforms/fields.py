"""What a data node reads of its config: rendered fields, and fields that are rendered once for each item."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator

from interpreter.expressions import ExpressionFailure, Meter, OperandError, parse_template
from interpreter.expressions.operators import kind_of
from interpreter.json_value import Json, JsonObject, pointer
from interpreter.transforms.matches import render_list

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


Path = tuple[str | int, ...]
ITEM = "{{ item }}"


class Fields:
    """The config of one data node with the values that its expressions see.

    Fields are named by their path in the config. Whatever it raises is an `ExpressionFailure`: of an
    expression, or `OperandError` for a value of the wrong type.
    """

    def __init__(self, config: JsonObject, roots: JsonObject, meter: Meter) -> None:
        self.config = config
        self.roots = roots
        self.meter = meter

    def raw(self, *path: str | int) -> Json:
        """What the config has at a path; None where it has nothing."""
        value: Json = self.config
        for step in path:
            inside = isinstance(value, list) or (isinstance(value, dict) and step in value)
            value = value[step] if inside else None
        return value

    def value(self, *path: str | int) -> Json:
        """The rendered field; None where the config has none."""
        return parse_template(self.raw(*path), pointer(*path)).render(self.roots, self.meter)

    def items(self, *path: str | int) -> list[Json]:
        """The rendered list, each item of it charged as a step."""
        value = render_list(self.raw(*path), pointer(*path), self.roots, self.meter)
        if not isinstance(value, list):
            raise wrong(path, value, "a list", 'write "[…]" around a single item')
        self.meter.step(len(value))
        self.meter.grow(POINTER_BYTES * len(value))
        return value

    def text(self, *path: str | int, default: str | None = None) -> str:
        value = self.value(*path)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise wrong(path, value, "a text")
        return value

    def choice(self, *path: str | int, of: Sequence[str], default: str | None = None) -> str:
        value = self.text(*path, default=default)
        if value not in of:
            raise refused(path, f'is "{value[:100]}"', f"it can be {', '.join(of)}")
        return value

    def flag(self, *path: str | int) -> bool:
        """True or false; false where the config has nothing."""
        value = self.value(*path)
        if value is not None and not isinstance(value, bool):
            raise wrong(path, value, "true or false")
        return bool(value)

    def whole(self, *path: str | int, least: int, default: int | None = None) -> int:
        """A whole number that is not below `least`."""
        value = self.value(*path)
        if value is None and default is not None:
            return default
        number = whole_number(value)
        if number is None:
            raise wrong(path, value, "a whole number")
        if number < least:
            raise refused(path, f"is {number}", f"it must be {least} at least")
        return number

    def each(self, *path: str | int) -> "EachItem":
        """The template at a path of the config, to be rendered for each item; the item itself where there is none."""
        raw = self.raw(*path)
        return EachItem(ITEM if raw is None else raw, path, self)

    def entries(self, name: str) -> range:
        """The places of a list that is part of the config itself, not of an expression."""
        value = self.raw(name)
        if value is not None and (not isinstance(value, list) or not all(isinstance(one, dict) for one in value)):
            raise wrong((name,), value, "a list of objects in the config itself")
        return range(len(value or ()))


class EachItem:
    """One template, rendered for item after item.

    Its expressions see `item`, `index` and `count`. A failure says in its details at which `index` it happened.
    """

    def __init__(self, raw: Json, path: Path, fields: Fields) -> None:
        self._raw = raw
        self._template = parse_template(raw, pointer(*path))
        self._path = path
        self._fields = fields

    def over(self, items: list[Json]) -> Iterator[Json]:
        """The rendered value of each item, in order."""
        return self._rendered(items, self._template.render)

    def lists_over(self, items: list[Json]) -> Iterator[list[Json]]:
        """The rendered list of each item, in order."""
        path = pointer(*self._path)
        for index, value in enumerate(self._rendered(items, lambda scope, meter: render_list(self._raw, path, scope, meter))):
            if not isinstance(value, list):
                raise self.wrong(index, value, "a list", 'write "?? []" where an item may have none')
            yield value

    def _rendered(self, items: list[Json], render: Callable[[JsonObject, Meter], Json]) -> Iterator[Json]:
        # One scope for all: what an expression gives is always a copy.
        scope = {**self._fields.roots, "item": None, "index": 0, "count": len(items)}
        for index, item in enumerate(items):
            scope["item"], scope["index"] = item, index
            try:
                value = render(scope, self._fields.meter)
            except ExpressionFailure as failure:
                failure.details.setdefault(INDEX, index)
                raise
            yield value

    def wrong(self, index: int, value: Json, wanted: str, hint: str | None = None) -> OperandError:
        """The failure of an item whose rendered value is of the wrong type."""
        error = wrong(self._path, value, wanted, hint)
        error.details[INDEX] = index
        return error


def whole_number(value: Json) -> int | None:
    """A number without a fraction as an integer; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or value.is_integer() else None


def wrong(path: Path, value: Json, wanted: str, hint: str | None = None) -> OperandError:
    """The failure of a field whose value is of the wrong type."""
    return refused(path, f"is {kind_of(value)}, not {wanted}", hint)


def refused(path: Path, why: str, hint: str | None = None) -> OperandError:
    """The failure of a field whose value can't be used."""
    error = OperandError(f"{'.'.join(map(str, path))} {why}", hint)
    error.details[PATH] = pointer(*path)
    return error


Apply = Callable[[Fields], Json]
"""What a data node does."""
