"""Values against the JSON Schemas of a definition: without the network, and without patterns that run for ever."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from activities.kit.regex_engine import re2_check, re2_engine
from interpreter.json_value import Json, JsonObject, pointer

_SHOWN = 20


def _pattern(_: Any, pattern: str, instance: Json, __: JsonObject) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re2_engine(pattern, False, False).search(instance):
        yield ValidationError(f"{instance[:100]!r} does not match {pattern[:100]!r}")


def _pattern_properties(validator: Any, patterns: JsonObject, instance: Json, _: JsonObject) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, schema in patterns.items():
        expression = re2_engine(pattern, False, False)
        for name, value in instance.items():
            if expression.search(name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


_Validator = extend(Draft202012Validator, {"pattern": _pattern, "patternProperties": _pattern_properties})


def wrong_schema(schema: Json) -> tuple[str, str] | None:
    """What is wrong with a schema, and where; None when it can be used."""
    if schema is None:
        return None
    if not isinstance(schema, dict):
        return "a JSON Schema is an object", ""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"this is no JSON Schema: {error.message[:200]}", pointer(*error.absolute_path)
    return _wrong_pattern(schema, ())


def _wrong_pattern(value: Json, path: tuple[str | int, ...]) -> tuple[str, str] | None:
    if isinstance(value, list):
        children: Any = enumerate(value)
    elif isinstance(value, dict):
        patterns = [value["pattern"]] if isinstance(value.get("pattern"), str) else []
        properties = value.get("patternProperties")
        patterns += list(properties) if isinstance(properties, dict) else []
        for wrong in filter(None, map(re2_check, patterns)):
            return f"the regular expression is not accepted: {wrong[:200]}", pointer(*path)
        children = value.items()
    else:
        return None
    return next(filter(None, (_wrong_pattern(child, (*path, step)) for step, child in children)), None)


def wrong_input(schema: JsonObject, value: Json, name: str = "input") -> list[JsonObject]:
    """`{"field", "pointer", "message"}` for each thing that does not fit; empty when all does.

    `name` is the field of the request that holds the value.
    """
    try:
        # An empty registry: a reference to somewhere else is never fetched.
        errors = _Validator(schema, registry=Registry()).iter_errors(value)
        return [
            _wrong((name, *error.absolute_path), error.message[:300])
            for _, error in zip(range(_SHOWN), errors, strict=False)
        ]
    except Unresolvable:
        return [_wrong((name,), "the schema refers to something outside of it")]
    except RecursionError:
        return [_wrong((name,), "the schema refers to itself without end")]


def _wrong(path: tuple[str | int, ...], message: str) -> JsonObject:
    return {"field": ".".join(map(str, path)), "pointer": pointer(*path), "message": message}
