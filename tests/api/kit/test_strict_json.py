"""JSON bodies: bounded before they are parsed, and with one meaning only."""

import time

import pytest

from api.kit.problem import Unprocessable
from api.kit.strict_json import MAX_DEPTH, read_json
from tests.pace import SLOWED

HOSTILE: dict[str, bytes] = {
    "depth": b"[" * 100_000,
    "depth of objects": b'{"a":' * 100_000,
    "depth behind a text": b'{"a": "]]]]", "b": ' + b"[" * 200,
    "depth behind an escape": b'["\\"' + b'", [' * 200,
    "an endless text": b'"' + b'\\"' * 2_000_000,
    "many texts that do not end": b'"\\' * 2_000_000,
    "NaN": b'{"a": NaN}',
    "Infinity": b"[-Infinity]",
    "an infinite exponent": b'{"a": 1e999}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice by an escape": b'{"a": 1, "\\u0061": 2}',
    "NUL": b'{"a": "x\\u0000y"}',
    "NUL in a key": b'{"a\\u0000": 1}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone surrogate in a key": b'{"\\udfff": 1}',
    "surrogates the wrong way round": b'"\\udc00\\ud800"',
    "5,000 digits": b"[" + b"9" * 5_000 + b"]",
    "401 digits": b"-" + b"1" * 401,
    "no UTF-8": b'{"a": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "nothing": b"",
    "a comment": b"{} // x",
    "two values": b"{} {}",
    "a raw control character": b'"a\nb"',
    "single quotes": b"{'a': 1}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused_within_a_second(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(Unprocessable):
        read_json(HOSTILE[name])
    assert time.process_time() - begun < SLOWED


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        ('"\N{GRINNING FACE} \u202e"'.encode(), "\N{GRINNING FACE} \u202e"),
        (b'{"a": "[[[[[[", "b": "\\"[{"}', {"a": "[[[[[[", "b": '"[{'}),
        (b'"' + b"[" * 1_000 + b'"', "[" * 1_000),
        (b"9" * 400, int("9" * 400)),
        (b'"' + b"9" * 500 + b'"', "9" * 500),
        (b"[1, -0.5, 1e10, true, null]", [1, -0.5, 1e10, True, None]),
        (b'{"__proto__": {"a": 1}}', {"__proto__": {"a": 1}}),
    ],
)
def test_honest_json_is_read_as_it_is(body: bytes, value: object) -> None:
    read = read_json(body)
    assert value is None or read == value


def test_a_large_body_is_read_quickly() -> None:
    body = b"[" + b",".join(b'{"key": "value \\" and more", "list": [1, 2, {"a": null}]}' for _ in range(120_000)) + b"]"
    assert len(body) > 6_000_000
    # The processor's time of this thread: what else the machine does must not decide.
    begun = time.thread_time()
    read_json(body)
    assert time.thread_time() - begun < 10
