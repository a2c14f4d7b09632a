"""Headers that could smuggle something are refused, without showing their values."""

import pytest

from activities.kit.errors import InvalidConfig
from activities.kit.header_rules import check_headers


@pytest.mark.parametrize(
    "header",
    [
        ("X-A", "canary\r\nX-B: 1"),
        ("X-A", "canary\n"),
        ("X-A", "canary\0"),
        ("X-A: 1\r\nX-B", "canary"),
        ("X A", "canary"),
        ("", "canary"),
        ("Ünlaut", "canary"),
        ("Host", "canary"),
        ("content-length", "canary"),
        ("Transfer-Encoding", "canary"),
        ("Connection", "canary"),
        ("Proxy-Authorization", "canary"),
        ("X-A", "canary" * 10_000),
    ],
)
def test_a_dangerous_header_is_refused(header: tuple[str, str]) -> None:
    with pytest.raises(InvalidConfig) as refused:
        check_headers([header])
    assert "canary" not in str(refused.value)


def test_ordinary_headers_pass_and_too_many_do_not() -> None:
    check_headers([("Accept", "*/*"), ("X-Tab", "a\tb"), ("X-Umlaut", "ü")])
    with pytest.raises(InvalidConfig):
        check_headers([("X", "1")] * 101)
