"""Times: reading, writing, moving, comparing; where clocks are changed; what is no time."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.interpreter.transforms.applying import apply, failure

BERLIN = {"time_zone": "Europe/Berlin"}


def at(operation: str, value: Any = None, **config: Any) -> Any:
    given = {} if value is None else {"value": value}
    return apply("date_time", {"operation": operation, **given, **config})


def test_now_is_the_time_of_the_run() -> None:
    assert at("now") == "2026-11-25T12:00:00.000Z"
    assert at("now", **BERLIN) == "2026-11-25T13:00:00.000+01:00"
    assert at("now", format="milliseconds") == 1_795_608_000_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", "2026-03-01T00:00:00.000+01:00"),
        ("2026-03-01T10:30", "2026-03-01T10:30:00.000+01:00"),
        ("2026-03-01 10:30:15.1239", "2026-03-01T10:30:15.123+01:00"),
        ("2026-03-01T10:30:00Z", "2026-03-01T11:30:00.000+01:00"),
        ("2026-07-01T10:30:00-0230", "2026-07-01T15:00:00.000+02:00"),
        (0, "1970-01-01T01:00:00.000+01:00"),
        (-1.0, "1970-01-01T00:59:59.999+01:00"),
        ("{{ $fromMillis(1000) }}", "1970-01-01T01:00:01.000+01:00"),
    ],
)
def test_a_time_is_read_as_iso_or_milliseconds(value: Any, expected: str) -> None:
    assert at("parse", value, **BERLIN) == expected


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("iso", "2026-11-25T13:05:09.000+01:00"),
        ("date", "2026-11-25"),
        ("time", "13:05:09"),
        ("seconds", 1_795_608_309),
        ("milliseconds", 1_795_608_309_000),
        ("[D1o] [MNn] [Y0001], [h]:[m01] [P]", "25th November 2026, 1:05 pm"),
        ("[H01]:[m01] [Z]", "13:05 +01:00"),
    ],
)
def test_a_time_is_written_as_asked_for(picture: str, expected: Any) -> None:
    assert at("format", "2026-11-25T12:05:09Z", format=picture, **BERLIN) == expected


@pytest.mark.parametrize(
    ("value", "picture", "expected"),
    [
        ("25.11.2026 13:05", "[D01].[M01].[Y0001] [H01]:[m01]", "2026-11-25T13:05:00.000+01:00"),
        ("2026-11-25 13:05 +0300", "[Y0001]-[M01]-[D01] [H01]:[m01] [Z0001]", "2026-11-25T11:05:00.000+01:00"),
        ("1795608309", "seconds", "2026-11-25T13:05:09.000+01:00"),
        (1_795_608_309.5, "seconds", "2026-11-25T13:05:09.500+01:00"),
        ("1795608309000", "milliseconds", "2026-11-25T13:05:09.000+01:00"),
        ("2026-11-25", "date", "2026-11-25T00:00:00.000+01:00"),
    ],
)
def test_a_time_is_read_by_its_format(value: Any, picture: str, expected: str) -> None:
    assert at("parse", value, format=picture, **BERLIN) == expected


@pytest.mark.parametrize(
    ("value", "amount", "unit", "expected"),
    [
        # The night in which the clocks skip from 2:00 to 3:00.
        ("2026-03-28T02:30", 1, "day", "2026-03-29T03:30:00.000+02:00"),
        ("2026-03-28T12:00", 1, "day", "2026-03-29T12:00:00.000+02:00"),
        ("2026-03-28T12:00", 24, "hour", "2026-03-29T13:00:00.000+02:00"),
        ("2026-03-29T01:59", 1, "minute", "2026-03-29T03:00:00.000+02:00"),
        # The night in which 2:00 to 3:00 comes twice.
        ("2026-10-24T02:30", 1, "day", "2026-10-25T02:30:00.000+02:00"),
        ("2026-10-25T00:30:00Z", 1, "hour", "2026-10-25T02:30:00.000+01:00"),
        ("2026-10-25T01:30:00Z", 0, "day", "2026-10-25T02:30:00.000+01:00"),
        ("2026-10-25T01:30:00Z", 1, "day", "2026-10-26T02:30:00.000+01:00"),
        ("2026-10-24T12:00", 24, "hour", "2026-10-25T11:00:00.000+01:00"),
        # Months of different lengths, and leap years.
        ("2026-01-31", 1, "month", "2026-02-28T00:00:00.000+01:00"),
        ("2028-01-31", 1, "month", "2028-02-29T00:00:00.000+01:00"),
        ("2028-02-29", 1, "year", "2029-02-28T00:00:00.000+01:00"),
        ("2026-11-30", 1, "quarter", "2027-02-28T00:00:00.000+01:00"),
        ("2026-12-31", 2, "week", "2027-01-14T00:00:00.000+01:00"),
        ("2026-03-31", -1, "month", "2026-02-28T00:00:00.000+01:00"),
        ("2026-01-01", 1.5, "hour", "2026-01-01T01:30:00.000+01:00"),
    ],
)
def test_days_keep_the_wall_clock_and_hours_the_elapsed_time(value: str, amount: float, unit: str, expected: str) -> None:
    assert at("add", value, amount=amount, unit=unit, **BERLIN) == expected
    assert at("subtract", value, amount=-amount, unit=unit, **BERLIN) == expected


def test_an_offset_of_half_an_hour_and_a_zone_on_the_other_side_are_right_too() -> None:
    assert at("add", "2026-04-04T12:00", amount=1, unit="day", time_zone="Australia/Lord_Howe") == "2026-04-05T12:00:00.000+10:30"
    assert at("start_of", "2026-11-25T20:00Z", unit="day", time_zone="Asia/Kolkata") == "2026-11-26T00:00:00.000+05:30"
    assert at("start_of", "2026-11-25T20:10Z", unit="hour", time_zone="Asia/Kolkata") == "2026-11-26T01:00:00.000+05:30"


@pytest.mark.parametrize(
    ("start", "end", "unit", "expected"),
    [
        ("2026-03-28", "2026-03-30", "day", 2),
        ("2026-03-28", "2026-03-30", "hour", 47),
        ("2026-10-24", "2026-10-26", "hour", 49),
        ("2026-01-31", "2026-02-28", "month", 1),
        ("2026-01-31", "2026-02-27", "month", 0),
        ("2024-02-29", "2025-02-28", "year", 1),
        ("2026-01-01T10:00", "2026-01-02T09:59", "day", 0),
        ("2026-01-01", "2026-12-31", "quarter", 3),
        ("2026-01-01", "2026-01-20", "week", 2),
        ("2026-01-01T00:00", "2026-01-01T01:30", "hour", 1.5),
        ("2026-01-01T00:00:00.250", "2026-01-01", "millisecond", -250),
        ("2026-03-01", "2026-01-31", "month", -1),
        ("2026-01-01", "2026-01-01", "year", 0),
    ],
)
def test_a_difference_counts_complete_calendar_units_and_exact_clock_units(start: str, end: str, unit: str, expected: float) -> None:
    assert at("difference", start, to=end, unit=unit, **BERLIN) == expected


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [
        ("year", "2026-01-01T00:00:00.000+01:00", "2026-12-31T23:59:59.999+01:00"),
        ("quarter", "2026-10-01T00:00:00.000+02:00", "2026-12-31T23:59:59.999+01:00"),
        ("month", "2026-10-01T00:00:00.000+02:00", "2026-10-31T23:59:59.999+01:00"),
        ("week", "2026-10-19T00:00:00.000+02:00", "2026-10-25T23:59:59.999+01:00"),
        ("day", "2026-10-25T00:00:00.000+02:00", "2026-10-25T23:59:59.999+01:00"),
        ("hour", "2026-10-25T02:00:00.000+01:00", "2026-10-25T02:59:59.999+01:00"),
        ("minute", "2026-10-25T02:45:00.000+01:00", "2026-10-25T02:45:59.999+01:00"),
        ("second", "2026-10-25T02:45:30.000+01:00", "2026-10-25T02:45:30.999+01:00"),
        ("millisecond", "2026-10-25T02:45:30.123+01:00", "2026-10-25T02:45:30.123+01:00"),
    ],
)
def test_the_edges_of_a_unit_are_those_of_the_zone(unit: str, start: str, end: str) -> None:
    second_time = "2026-10-25T01:45:30.123Z"
    assert (at("start_of", second_time, unit=unit, **BERLIN), at("end_of", second_time, unit=unit, **BERLIN)) == (start, end)


def test_a_day_whose_midnight_is_skipped_starts_when_the_clocks_say_so() -> None:
    assert at("start_of", "2018-11-04T12:00", unit="day", time_zone="America/Sao_Paulo") == "2018-11-04T01:00:00.000-02:00"


def test_moving_there_and_back_by_the_clock_is_where_it_began() -> None:
    chance = random.Random(3)
    for _ in range(300):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(525_600))
        zone = chance.choice(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "-03:30"])
        unit, amount = chance.choice(["hour", "minute", "second"]), chance.randrange(5000)
        there = at("add", moment.isoformat(), amount=amount, unit=unit, time_zone=zone)
        back = at("subtract", there, amount=amount, unit=unit, time_zone="UTC")
        assert datetime.fromisoformat(back) == moment


def test_days_added_in_a_zone_agree_with_its_wall_clock() -> None:
    chance = random.Random(4)
    zone = ZoneInfo("Europe/Berlin")
    for _ in range(300):
        local = datetime(2026, 1, 1, chance.choice([0, 4, 12, 23]), 15) + timedelta(days=chance.randrange(365))
        days = chance.randrange(-400, 400)
        moved = datetime.fromisoformat(at("add", local.isoformat(), amount=days, unit="day", **BERLIN))
        assert moved.astimezone(zone).replace(tzinfo=None) == local + timedelta(days=days)
        assert at("difference", local.isoformat(), to=moved.isoformat(), unit="day", **BERLIN) == days


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "localtime", "", "+25:00", "+1", "x" * 200, "Europe/Berlin\n"])
def test_what_is_no_time_zone_is_a_clear_error(zone: str) -> None:
    assert "no time zone" in failure("date_time", {"operation": "now", "time_zone": zone}).message


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "2026-02-30", "2026-W05-1", "20260101", "٢٠٢٦-01-01", "", True, [], {}, "2026-01-01T25:00"])
def test_what_is_no_time_is_a_clear_error(value: Any) -> None:
    failure("date_time", {"operation": "parse", "value": value})


@pytest.mark.parametrize(
    "config",
    [
        {"operation": "add", "value": "2026-01-01", "amount": 1.5, "unit": "day"},
        {"operation": "add", "value": "2026-01-01", "amount": "1", "unit": "day"},
        {"operation": "add", "value": "2026-01-01", "amount": 1, "unit": "{{ 'fortnight' }}"},
        {"operation": "add", "value": "9999-12-31", "amount": 1, "unit": "day"},
        {"operation": "add", "value": "2026-01-01", "amount": 1e308, "unit": "hour"},
        {"operation": "add", "value": "2026-01-01", "amount": 1e15, "unit": "year"},
        {"operation": "subtract", "value": "0001-01-01", "amount": 1, "unit": "millisecond"},
        {"operation": "format", "value": "0001-01-01T00:00Z", "format": "iso", "time_zone": "-05:00"},
        {"operation": "format", "value": 1e300, "format": "iso"},
        {"operation": "format", "value": "2026-01-01", "format": "[Q]"},
        {"operation": "format", "value": "2026-01-01", "format": "[Y"},
        {"operation": "end_of", "value": "9999-12-31", "unit": "year"},
        {"operation": "parse", "value": "x", "format": "seconds"},
        {"operation": "parse", "value": "1e999", "format": "seconds"},
        {"operation": "parse", "value": "10:00", "format": "time"},
        {"operation": "parse", "value": "nope", "format": "[D01].[M01].[Y0001]"},
        {"operation": "{{ 'guess' }}"},
    ],
)
def test_what_can_not_be_done_is_a_failure_of_the_node(config: dict[str, Any]) -> None:
    failure("date_time", config)
