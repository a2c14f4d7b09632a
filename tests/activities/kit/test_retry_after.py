"""What a service says about when to come back."""

import pytest

from activities.kit.retry_after import retry_after_seconds

DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 10:00:07 GMT", 7.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("٧", None),
    ],
)
def test_a_pause_is_read_as_seconds_or_by_the_services_own_clock(header: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": header, "date": DATE}) == seconds


def test_without_a_header_there_is_no_pause() -> None:
    assert retry_after_seconds({}) is None
