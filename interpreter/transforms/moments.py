"""Times in time zones: reading, writing and moving them by the calendar, right also where clocks are changed."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from interpreter.expressions import EvaluationError, OperandError

CLOCK_UNITS = {"hour": 3_600_000, "minute": 60_000, "second": 1_000, "millisecond": 1}
"""Units that always take the same time, in milliseconds."""
CALENDAR_UNITS = ("year", "quarter", "month", "week", "day")
"""Units of the wall clock and the calendar of a zone: a day may take 23 hours."""
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_DAYS = {"week": 7, "day": 1}
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})
_UTC_NAMES = frozenset({"UTC", "Z"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def has_fixed_rules(name: str) -> bool:
    """Whether a zone is known without the zone rules of a machine, which may change: UTC, or an offset."""
    return name in _UTC_NAMES or _OFFSET.fullmatch(name) is not None


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name, of an offset like `+02:00`, or UTC; raises `EvaluationError`."""
    if name in _UTC_NAMES:
        return UTC
    offset = _OFFSET.fullmatch(name)
    try:
        if offset is not None:
            away = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return timezone(-away if offset[1] == "-" else away)
        if _ZONE_NAME.fullmatch(name) and name not in _OF_THE_MACHINE:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    raise EvaluationError(f'there is no time zone "{name[:100]}"', "write it like Europe/Berlin, UTC or +02:00")


def from_milliseconds(milliseconds: int) -> datetime:
    """The moment so long after 1970, in UTC; raises `EvaluationError`."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise too_far() from None


def to_milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def read_iso(text: str, zone: tzinfo) -> datetime:
    """The moment of an ISO 8601 text; without an offset of its own it is a time of the zone."""
    if not _ISO.fullmatch(text):
        raise OperandError(f'"{text[:100]}" is not an ISO 8601 time', "name its format, and use the operation parse")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise EvaluationError(f'"{text[:100]}": there is no such time') from None
    return _in_utc(read) if read.tzinfo is not None else resolved(read, zone)


def resolved(local: datetime, zone: tzinfo, fold: int = 0) -> datetime:
    """The moment of a wall-clock time.

    A time that the clocks skip is later by as much as they skip; of one that comes twice it is the
    first, or with `fold` 1 the second.
    """
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    try:
        twice = (first.utcoffset() or timedelta()) > (second.utcoffset() or timedelta())
    except OverflowError:
        raise too_far() from None
    return _in_utc(second if twice and fold else first)


def moved(moment: datetime, amount: float, unit: str, zone: tzinfo) -> datetime:
    """The moment so many units later; `amount` is a whole number for units of the calendar."""
    try:
        if unit in CLOCK_UNITS:
            return moment + round(amount * CLOCK_UNITS[unit]) * _MILLISECOND
        local = in_zone(moment, zone)
        return resolved(_by_calendar(local.replace(tzinfo=None), int(amount), unit), zone, local.fold)
    except (OverflowError, ValueError):
        raise too_far() from None


def _by_calendar(local: datetime, amount: int, unit: str) -> datetime:
    if unit in _DAYS:
        return local + timedelta(days=amount * _DAYS[unit])
    months = local.year * 12 + local.month - 1 + amount * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    return local.replace(year=year, month=month, day=min(local.day, _last_day(year, month)))


def _last_day(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1) if (year, month) < (9999, 12) else None
    return (following - timedelta(days=1)).day if following is not None else 31


def start_of(moment: datetime, unit: str, zone: tzinfo) -> datetime:
    """The first moment of the unit that a moment is in; weeks begin on Monday."""
    local = in_zone(moment, zone)
    if unit in CLOCK_UNITS:
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        # From the moment itself: the hour that comes twice has two beginnings.
        return moment - into % (CLOCK_UNITS[unit] * _MILLISECOND)
    return resolved(_day_one(local.replace(tzinfo=None), unit), zone)


def _day_one(local: datetime, unit: str) -> datetime:
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in _MONTHS:
        months = _MONTHS[unit]
        return day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return day


def end_of(moment: datetime, unit: str, zone: tzinfo) -> datetime:
    """The last millisecond of the unit that a moment is in."""
    if unit in CLOCK_UNITS:
        return start_of(moment, unit, zone) + (CLOCK_UNITS[unit] - 1) * _MILLISECOND
    try:
        following = _by_calendar(_day_one(in_zone(moment, zone).replace(tzinfo=None), unit), 1, unit)
        return resolved(following, zone) - _MILLISECOND
    except (OverflowError, ValueError):
        raise too_far() from None


def units_between(start: datetime, end: datetime, unit: str, zone: tzinfo) -> int | float:
    """How many units lie between two moments: complete ones of the calendar, exact numbers of the clock."""
    if end < start:
        return -units_between(end, start, unit, zone)
    if unit in CLOCK_UNITS:
        elapsed, size = (end - start) // _MILLISECOND, CLOCK_UNITS[unit]
        return elapsed // size if elapsed % size == 0 else elapsed / size
    first, last = in_zone(start, zone), in_zone(end, zone)
    months = unit in _MONTHS
    small = "month" if months else "day"
    count = (last.year - first.year) * 12 + last.month - first.month if months else (last.date() - first.date()).days
    while count > 0 and moved(start, count, small, zone) > end:
        count -= 1
    return count // (_MONTHS[unit] if months else _DAYS[unit])


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The wall-clock time of a moment; raises `EvaluationError`."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):
        raise too_far() from None


def _in_utc(moment: datetime) -> datetime:
    return in_zone(moment, UTC)


def too_far() -> EvaluationError:
    """The failure of a time outside the years 1 to 9999."""
    return EvaluationError("the time is outside the years 1 to 9999")
