"""`core.date_time@1`: reads, writes, moves and compares times, in any time zone."""

import math
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from interpreter.expressions import EvaluationError, Template, parse_template
from interpreter.expressions.values import is_number
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeConfig
from interpreter.transforms import moments
from interpreter.transforms.fields import Fields, refused, whole_number, wrong
from interpreter.transforms.transform import by_its_templates, transform

_Operation = Literal["now", "parse", "format", "add", "subtract", "difference", "start_of", "end_of"]
_Unit = Literal["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"]
_UNITS = (*moments.CALENDAR_UNITS, *moments.CLOCK_UNITS)
_NEEDED: dict[str, tuple[str, ...]] = {
    "now": (),
    "parse": ("value",),
    "format": ("value", "format"),
    "add": ("value", "amount", "unit"),
    "subtract": ("value", "amount", "unit"),
    "difference": ("value", "to", "unit"),
    "start_of": ("value", "unit"),
    "end_of": ("value", "unit"),
}
_ZONE_STEPS = 50
_MOVE_STEPS = 10
_MINUTE = 60


class DateTimeConfig(NodeConfig):
    operation: _Operation = Field(description="What to do.")
    value: Json = Field(default=None, description="The time: ISO 8601, or milliseconds since 1970. Without an offset it is a time of the zone.")
    to: Json = Field(default=None, description="Of difference: the later time.")
    amount: float | None = Field(default=None, description="Of add and subtract: how many units; a whole number from days upwards.")
    unit: _Unit | None = Field(default=None, description="Of add, subtract, difference, start_of and end_of. Weeks begin on Monday.")
    format: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="How the result is written (of parse: how the value is): iso, date, time, seconds, milliseconds, or a picture such as [Y0001]-[M01]-[D01].",
    )
    time_zone: str | None = Field(default=None, max_length=100, description="Such as Europe/Berlin or +02:00; UTC where none is given.")

    @model_validator(mode="after")
    def _has_what_its_operation_needs(self) -> Self:
        lacking = [name for name in _NEEDED[self.operation] if getattr(self, name) is None]
        if lacking:
            raise ValueError(f"{self.operation} needs {' and '.join(lacking)}")
        return self


def _date_time(fields: Fields) -> Json:
    operation = fields.choice("operation", of=tuple(_NEEDED))
    zone = _zone(fields)
    fields.meter.step(_MOVE_STEPS)
    if operation == "difference":
        start, end = _moment(fields, "value", zone), _moment(fields, "to", zone)
        return moments.units_between(start, end, fields.choice("unit", of=_UNITS), zone)
    if operation == "parse":
        return _written(fields, _parsed(fields, zone), zone, "iso")
    moment = _MOVES[operation](fields, zone)
    return _written(fields, moment, zone, fields.text("format", default="iso"))


def _zone(fields: Fields) -> tzinfo:
    name = fields.text("time_zone", default="UTC")
    if not moments.has_fixed_rules(name):
        fields.meter.step(_ZONE_STEPS)
    return moments.zone_of(name)


def _moment(fields: Fields, name: str, zone: tzinfo) -> datetime:
    value = fields.value(name)
    if isinstance(value, str):
        return moments.read_iso(value, zone)
    if not is_number(value) or not math.isfinite(value):
        raise wrong((name,), value, "a time", "give an ISO 8601 text, or milliseconds since 1970")
    return moments.from_milliseconds(round(value))


def _parsed(fields: Fields, zone: tzinfo) -> datetime:
    picture = fields.text("format", default="iso")
    value = fields.value("value")
    if picture == "seconds" and isinstance(value, str | int | float):
        return moments.from_milliseconds(round(_number(value) * 1000))
    if picture == "milliseconds" and isinstance(value, str | int | float):
        return moments.from_milliseconds(round(_number(value)))
    if picture in ("iso", "date") or not isinstance(value, str):
        return _moment(fields, "value", zone)
    if picture == "time":
        raise refused(("format",), "is a time without a day", "give a picture, such as [Y0001]-[M01]-[D01] [H01]:[m01]")
    found = _to_millis().render({"input": {"text": value, "picture": picture}}, fields.meter)
    if found is None:
        raise EvaluationError(f'"{value[:100]}" is not written like {picture[:100]}')
    read = moments.from_milliseconds(found)
    # Without an offset in the text, what was read is the wall clock of the zone.
    return read if "[Z" in picture or "[z" in picture else moments.resolved(read.replace(tzinfo=None), zone)


def _number(value: str | int | float) -> float:
    try:
        number = float(value)
        if math.isfinite(number):
            return number
    except (ValueError, OverflowError):
        pass
    raise EvaluationError(f'"{str(value)[:100]}" is no number', "look at the format")


def _moved(fields: Fields, zone: tzinfo, sign: int) -> datetime:
    unit = fields.choice("unit", of=_UNITS)
    amount = fields.value("amount")
    if not is_number(amount) or (unit in moments.CALENDAR_UNITS and whole_number(amount) is None):
        raise wrong(("amount",), amount, "a whole number" if unit in moments.CALENDAR_UNITS else "a number")
    return moments.moved(_moment(fields, "value", zone), sign * amount, unit, zone)


def _edge(find: Callable[[datetime, str, tzinfo], datetime]) -> Callable[[Fields, tzinfo], datetime]:
    return lambda fields, zone: find(_moment(fields, "value", zone), fields.choice("unit", of=_UNITS), zone)


_MOVES: dict[str, Callable[[Fields, tzinfo], datetime]] = {
    "now": lambda fields, _: moments.from_milliseconds(fields.meter.at_ms),
    "format": lambda fields, zone: _moment(fields, "value", zone),
    "add": lambda fields, zone: _moved(fields, zone, 1),
    "subtract": lambda fields, zone: _moved(fields, zone, -1),
    "start_of": _edge(moments.start_of),
    "end_of": _edge(moments.end_of),
}


def _written(fields: Fields, moment: datetime, zone: tzinfo, picture: str) -> Json:
    milliseconds = moments.to_milliseconds(moment)
    local = moments.in_zone(moments.from_milliseconds(milliseconds), zone)
    named = _NAMED.get(picture)
    if named is not None:
        return named(local, milliseconds)
    seconds = round((local.utcoffset() or local - local).total_seconds())
    # The language knows offsets of whole minutes only; a few historic ones have seconds.
    offset, rest = divmod(seconds, _MINUTE)
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    scope = {"millis": milliseconds + rest * 1000, "picture": picture, "zone": f"{sign}{minutes // 60:02}{minutes % 60:02}"}
    return _from_millis().render({"input": scope}, fields.meter)


def _iso(local: datetime, _: int) -> Json:
    text = local.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


_NAMED: dict[str, Callable[[datetime, int], Json]] = {
    "iso": _iso,
    "date": lambda local, _: local.date().isoformat(),
    "time": lambda local, _: local.time().isoformat(timespec="seconds"),
    "seconds": lambda _, milliseconds: milliseconds // 1000,
    "milliseconds": lambda _, milliseconds: milliseconds,
}


@lru_cache(maxsize=1)
def _to_millis() -> Template:
    return parse_template("{{ $toMillis(input.text, input.picture) }}")


@lru_cache(maxsize=1)
def _from_millis() -> Template:
    return parse_template("{{ $fromMillis(input.millis, input.picture, input.zone) }}")


def _is_cheap(config: JsonObject) -> bool:
    """The zone rules of a machine may be updated between two replays of a run: they are asked for in an activity."""
    zone = config.get("time_zone")
    return by_its_templates(config) and (zone is None or (isinstance(zone, str) and moments.has_fixed_rules(zone)))


DATE_TIME = transform(
    _date_time,
    "core.date_time@1",
    "Date and time",
    "Reads, writes, moves and compares times, in any time zone and right also where clocks are changed.",
    DateTimeConfig,
    {"type": ["string", "number"]},
    is_cheap=_is_cheap,
)
