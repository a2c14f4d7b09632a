"""Functions on times; the present is the one that the meter brings."""

import datetime
import re
from typing import Any

from jsonata.datetimeutils import DateTimeUtils
from jsonata.functions import Functions

from interpreter.expressions.engine import Engine
from interpreter.expressions.errors import EvaluationError, ExpressionBudget
from interpreter.expressions.functions.numbers import check_picture
from interpreter.expressions.meter import Meter
from interpreter.expressions.values import operand

_ISO = re.compile(r"\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)*([+-][0-2]\d:?[0-5]\d|Z)?", re.ASCII)
_WIDE = re.compile(r"[,\-]\s*\d{4,}")
_MAX_TIME_TEXT = 128
_MAX_PARTS = 32
_ZONE = re.compile(r"[+-]?\d{4}", re.ASCII)
_MINUTE_MS = 60_000


def _now(engine: Engine, picture: Any = None, zone: Any = None) -> Any:
    return _from_millis(engine, engine.meter.at_ms, picture, zone)


def _millis(engine: Engine) -> Any:
    return engine.meter.at_ms


def _from_millis(engine: Engine, millis: Any, picture: Any = None, zone: Any = None) -> Any:
    if millis is None:
        return None
    if picture is not None:
        check_picture(picture)
        if _WIDE.search(picture):
            raise ExpressionBudget("the picture asks for more than 999 digits")
    if zone is not None and not _ZONE.fullmatch(zone):
        raise EvaluationError(f'the time zone "{zone[:20]}" is not written like +0100', code="D3134")
    try:
        return DateTimeUtils.format_datetime(int(operand(millis)), picture, zone)
    except OverflowError:
        raise EvaluationError("the time is too far away to be written") from None


def _to_millis(engine: Engine, text: Any, picture: Any = None) -> Any:
    if text is None:
        return None
    if picture is not None:
        return _parse(text, picture, engine.meter)
    if len(text) > _MAX_TIME_TEXT or not _ISO.fullmatch(text):
        raise EvaluationError(f'"{text[:100]}" is not an ISO 8601 time', code="D3110")
    try:
        return Functions.datetime_to_millis(text, None)
    except (ValueError, OverflowError):
        raise EvaluationError(f'"{text[:100]}" is not an ISO 8601 time', code="D3110") from None


def _parse(text: str, picture: str, meter: Meter) -> Any:
    check_picture(picture)
    if len(text) > _MAX_TIME_TEXT:
        raise ExpressionBudget(f"the time is longer than {_MAX_TIME_TEXT} characters")
    parts = DateTimeUtils._generate_regex(DateTimeUtils._analyse_datetime_picture(picture)).parts
    if len(parts) > _MAX_PARTS:
        raise ExpressionBudget(f"the picture has more than {_MAX_PARTS} parts")
    pieces = _split(parts, text, meter)
    if pieces is None:
        return None
    found: dict[str, Any] = {}
    for part, piece in zip(parts, pieces, strict=True):
        if part.component is not None:
            # Digits of a fraction count from the left, whatever their number.
            found[part.component] = int(piece[:3].ljust(3, "0")) if part.component == "f" else part.parse(piece)
    return _time_of(found, meter) if found else None


def _split(parts: list[Any], text: str, meter: Meter) -> list[str] | None:
    """Cuts a text into the parts of a picture, longest first.

    The library joins the parts to one regular expression, which takes for ever on a long run of
    digits: here a place that has failed once is never tried again.
    """
    # A literal part is text, though the library would use it as a pattern.
    compiled = [re.compile(part.regex if part.component else re.escape(part.regex), re.IGNORECASE) for part in parts]
    failed: set[tuple[int, int]] = set()

    def cut(place: int, start: int) -> list[str] | None:
        if place == len(compiled):
            return [] if start == len(text) else None
        if (place, start) in failed:
            return None
        meter.step(1 + (len(text) >> 2))
        for end in range(len(text), start - 1, -1):
            if compiled[place].fullmatch(text, start, end):
                rest = cut(place + 1, end)
                if rest is not None:
                    return [text[start:end], *rest]
        failed.add((place, start))
        return None

    return cut(0, 0)


_BY_DAY_OF_YEAR, _BY_MONTH_WEEK, _BY_WEEK = 130, 84, 72
_BY_DATE = 161
_BY_24_HOURS, _BY_12_HOURS = 23, 47


def _matches_mask(mask: int, found: dict[str, Any], order: str) -> bool:
    present = 0
    for part in order:
        present = (present << 1) + (found.get(part) is not None)
    return (~mask & present) == 0 and (mask & present) != 0


def _time_of(found: dict[str, Any], meter: Meter) -> int:
    """The milliseconds of what a picture found; what stands left of it comes from the present."""
    date_order = "YXMxWwdD"
    by_date = _matches_mask(_BY_DATE, found, date_order)
    by_day = not by_date and _matches_mask(_BY_DAY_OF_YEAR, found, date_order)
    if _matches_mask(_BY_MONTH_WEEK, found, date_order) or (
        not by_date and not by_day and _matches_mask(_BY_WEEK, found, date_order)
    ):
        raise EvaluationError("a time can't be read from a week", code="D3136")
    by_12_hours = not _matches_mask(_BY_24_HOURS, found, "PHhmsf") and _matches_mask(_BY_12_HOURS, found, "PHhmsf")
    names = ("Yd" if by_day else "YMD") + ("Phmsf" if by_12_hours else "Hmsf")
    _complete(found, names, meter)
    year, month, day = found["Y"], found.get("M", 1), found.get("D", 1)
    hour = found["h"] % 12 + (12 if found["P"] == 1 else 0) if by_12_hours else found["H"]
    try:
        moment = datetime.datetime(year, month, day, hour, found["m"], found["s"], found["f"] * 1000, datetime.UTC)
        if by_day:
            moment = moment.replace(month=1, day=1) + datetime.timedelta(days=found["d"] - 1)
    except (ValueError, OverflowError):
        raise EvaluationError("there is no such time", code="D3110") from None
    zone = found.get("Z", found.get("z")) or 0
    return int(moment.timestamp() * 1000) - zone * _MINUTE_MS


def _complete(found: dict[str, Any], names: str, meter: Meter) -> None:
    present = datetime.datetime.fromtimestamp(meter.at_ms / 1000, datetime.UTC)
    now = {"Y": present.year, "M": present.month, "D": present.day, "d": present.timetuple().tm_yday}
    now |= {"H": present.hour, "h": present.hour % 12, "P": int(present.hour >= 12), "m": present.minute}
    now |= {"s": present.second, "f": present.microsecond // 1000}
    started = ended = False
    for name in names:
        if found.get(name) is not None:
            started = True
            if ended:
                raise EvaluationError("the picture leaves out something in the middle", code="D3136")
        elif started:
            found[name] = 1 if name in "MDd" else 0
            ended = True
        else:
            found[name] = now[name]


TIME_FUNCTIONS = (
    ("now", "<s?s?:s>", _now),
    ("millis", "<:n>", _millis),
    ("fromMillis", "<n-s?s?:s>", _from_millis),
    ("toMillis", "<s-s?:n>", _to_millis),
)
