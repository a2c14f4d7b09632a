"""Failures that are the same have one fingerprint, and no others."""

import pytest

from interpreter.fingerprint import fingerprint, normalised
from interpreter.protocol import ErrorValue


def error(message: str, name: str = "HttpError", node_id: str | None = "call") -> ErrorValue:
    return {"name": name, "message": message, "node_id": node_id, "key": node_id, "attempts": 1, "retryable": False}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shop.example answered 500 after 1.2 s", "shop.example answered 500 after 30 s"),
        ("order 4711 is unknown", "order 9 is unknown"),
        ("no run 7ae65rac6v-01m85rvfj96vrccxzzs4876vzq", "no run fee6mnpjt3-01m85ws5t0hg0a2xpmyt5nyaew"),
        ("GET https://a.example/orders/7?x=1 failed", "GET https://a.example/orders/8 failed"),
        ('the field "total" is missing', 'the field "tax" is missing'),
        ("expired at 2026-01-02T03:04:05Z", "expired at 2026-11-24 04:00:00.123+01:00"),
        ("id 123e4567-e89b-12d3-a456-426614174000 is gone", "id 00000000-0000-0000-0000-000000000000 is gone"),
        ("two   spaces\nand a line", "two spaces and a line"),
    ],
)
def test_what_varies_from_run_to_run_does_not_count(one: str, other: str) -> None:
    assert fingerprint("wf", error(one)) == fingerprint("wf", error(other)), (normalised(one), normalised(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("wf", error("a b")), ("wf", error("a c"))),
        (("wf", error("a b")), ("wf2", error("a b"))),
        (("wf", error("a b")), ("wf", error("a b", "Timeout"))),
        (("wf", error("a b")), ("wf", error("a b", node_id="other"))),
        (("wf", error("a b")), ("wf", None)),
        (("wf", error("connection refused")), ("wf", error("connection reset"))),
    ],
)
def test_what_is_another_failure_has_another_fingerprint(one: tuple[str, ErrorValue | None], other: tuple[str, ErrorValue | None]) -> None:
    assert fingerprint(*one) != fingerprint(*other)


def test_a_very_long_message_is_read_in_a_moment() -> None:
    assert len(normalised("a1" * 1_000_000)) < 2_001
