"""Functions on texts, without patterns."""

import base64
import binascii
import re
import urllib.parse
from typing import Any

from jsonata.functions import Functions

from interpreter.expressions.engine import Engine
from interpreter.expressions.errors import EvaluationError, OperandError
from interpreter.expressions.values import NULL, json_text, null_of, to_text

_SPACES = re.compile("[ \t\n\r]+")
_COMPONENT_SAFE = "~()*!.'"
_URL_SAFE = "~@#$&()*!+=:;,.?/'"


def _string(engine: Engine, value: Any, pretty: Any = None) -> Any:
    return None if value is None else to_text(value, engine.meter, pretty is True)


def _substring(engine: Engine, text: Any, start: Any, length: Any = None) -> Any:
    if text is None or start is None:
        return text if length is None else ""
    # Counted as JavaScript counts: a fraction is cut off, a negative start comes from the end.
    first = int(start)
    if first < 0:
        first = max(0, len(text) + first)
    if length is None:
        return text[first:]
    return text[first : first + int(length)] if length > 0 else ""


def _substring_before(engine: Engine, text: Any, mark: Any = None) -> Any:
    return text if text is None or mark is None else text.partition(mark)[0] if mark else ""


def _substring_after(engine: Engine, text: Any, mark: Any = None) -> Any:
    if text is None or mark is None or not mark:
        return text
    before, found, after = text.partition(mark)
    return after if found else before


def _lowercase(engine: Engine, text: Any) -> Any:
    if text is None:
        return None
    engine.meter.grow(len(text))
    return text.lower()


def _uppercase(engine: Engine, text: Any) -> Any:
    if text is None:
        return None
    engine.meter.grow(len(text))
    return text.upper()


def _length(engine: Engine, text: Any) -> Any:
    return None if text is None else len(text)


def _trim(engine: Engine, text: Any) -> Any:
    if text is None:
        return None
    engine.meter.grow(len(text))
    return _SPACES.sub(" ", text).strip(" ")


def _pad(engine: Engine, text: Any, width: Any, fill: Any = None) -> Any:
    if text is None or width is None:
        return text
    missing = int(abs(width)) - len(text)
    if missing <= 0:
        return text
    engine.meter.grow(missing + len(text))
    mark = fill or " "
    padding = (mark * (missing // len(mark) + 1))[:missing]
    return padding + text if width < 0 else text + padding


def _join(engine: Engine, texts: Any, separator: Any = None) -> Any:
    if texts is None:
        return None
    mark = separator or ""
    engine.meter.grow(sum(map(len, texts)) + len(mark) * len(texts))
    return mark.join(texts)


def _base64encode(engine: Engine, text: Any) -> Any:
    if text is None:
        return None
    engine.meter.grow(2 * len(text))
    return base64.b64encode(_bytes(text)).decode()


def _base64decode(engine: Engine, text: Any) -> Any:
    if text is None:
        return None
    engine.meter.grow(len(text))
    try:
        return base64.b64decode(_bytes(text)).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise EvaluationError("the text is not base64 of a text") from None


def _encode_component(engine: Engine, text: Any) -> Any:
    return _quoted(engine, text, _COMPONENT_SAFE)


def _encode_url(engine: Engine, text: Any) -> Any:
    return _quoted(engine, text, _URL_SAFE)


def _quoted(engine: Engine, text: Any, safe: str) -> Any:
    if text is None:
        return None
    encoded = _bytes(text)
    engine.meter.grow(3 * len(encoded))
    return urllib.parse.quote(encoded, safe=safe)


def _decode_url(engine: Engine, text: Any) -> Any:
    if text is None:
        return None
    engine.meter.grow(len(text))
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise EvaluationError("the text is not a well-formed URL", code="D3140")
    try:
        return urllib.parse.unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise EvaluationError("the text is not a well-formed URL", code="D3140") from None


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EvaluationError("the text holds half a character (a lone surrogate)", code="D3140") from None


def _error(engine: Engine, message: Any = None) -> Any:
    raise EvaluationError(_shown(engine, message, "$error() was called"), code="D3137")


def _assert(engine: Engine, condition: Any, message: Any = None) -> Any:
    if condition is None or condition is NULL:
        raise OperandError("the first argument of $assert is not a boolean", code="T0410")
    if not condition:
        raise EvaluationError(_shown(engine, message, "$assert() does not hold"), code="D3141")
    return None


def _shown(engine: Engine, message: Any, otherwise: str) -> str:
    return json_text(null_of(message), engine.meter)[:1000] or otherwise


def _format_base(engine: Engine, value: Any, radix: Any = None) -> Any:
    if value is None:
        return None
    base = 10 if radix is None else int(radix)
    if not 2 <= base <= 36:
        raise EvaluationError(f"a number can be written in base 2 to 36, not {base}", code="D3100")
    return Functions.base_repr(round(value), base).lower()


TEXT_FUNCTIONS = (
    ("string", "<x-b?:s>", _string),
    ("substring", "<s-nn?:s>", _substring),
    ("substringBefore", "<s-s:s>", _substring_before),
    ("substringAfter", "<s-s:s>", _substring_after),
    ("lowercase", "<s-:s>", _lowercase),
    ("uppercase", "<s-:s>", _uppercase),
    ("length", "<s-:n>", _length),
    ("trim", "<s-:s>", _trim),
    ("pad", "<s-ns?:s>", _pad),
    ("join", "<a<s>s?:s>", _join),
    ("base64encode", "<s-:s>", _base64encode),
    ("base64decode", "<s-:s>", _base64decode),
    ("encodeUrlComponent", "<s-:s>", _encode_component),
    ("encodeUrl", "<s-:s>", _encode_url),
    ("decodeUrlComponent", "<s-:s>", _decode_url),
    ("decodeUrl", "<s-:s>", _decode_url),
    ("error", "<s?:x>", _error),
    ("assert", "<bs?:x>", _assert),
    ("formatBase", "<n-n?:s>", _format_base),
)
