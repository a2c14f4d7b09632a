"""From an answer to a node's output, or to the error that its status means."""

import codecs
import json
import re
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import httpx

from activities.core.json_texts import with_texts
from activities.core.spec import HttpRequestConfig
from activities.kit.context import Files
from activities.kit.egress import EgressAnswer
from activities.kit.errors import (
    AccessDenied,
    HttpError,
    InvalidResponse,
    NodeError,
    NotFound,
    RateLimited,
    ServerError,
)
from activities.kit.retry_after import retry_after_seconds
from interpreter.json_value import Json, JsonObject

_SHOWN_BYTES = 2_000
_SHOWN_HEADERS = ("content-type", "retry-after", "x-request-id", "www-authenticate")
_RETRIED = frozenset({408, 425})
_JSON_TYPE = re.compile(r"(application|text)/([\w.-]+\+)?json")
_TEXT_TYPE = re.compile(r"text/.*|application/([\w.-]+\+)?(xml|javascript|ecmascript|yaml|x-yaml|x-www-form-urlencoded|graphql|x-ndjson)")
_CHARSETS = re.compile(r"utf-?(8|16|32)(-?[lb]e)?|us-ascii|ascii|latin-?1|(iso-?8859|windows|cp)-?\d{1,4}(-\d{1,2})?|koi8-[ru]|gb\w+|big5\w*|shift_jis|euc[-_]\w+", re.I)
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def is_success(status: int, codes: tuple[str, ...]) -> bool:
    """Whether a status is one of `200` or `2xx`."""
    return str(status) in codes or f"{str(status)[:1]}xx" in codes


def raise_for(answer: EgressAnswer, method: str) -> NoReturn:
    """Raises the error that a status means."""
    status = answer.status
    parts = urlsplit(answer.url)
    message = f"{method} {parts.netloc}{parts.path[:200]} answered {status} {answer.reason}".rstrip()
    details = {
        "status": status,
        "headers": {name: answer.headers[name] for name in _SHOWN_HEADERS if name in answer.headers},
        "body": answer.body[:_SHOWN_BYTES].decode(errors="replace"),
    }
    if status == 404:
        raise NotFound(message, details=details)
    if status in (401, 403):
        raise AccessDenied(message, "look at the node's credential, and at what it may do", details)
    if status == 429:
        raise RateLimited(message, "the service asks for fewer calls", details, retry_after_seconds(answer.headers))
    if 500 <= status <= 599:
        raise ServerError(message, None, details, retry_after_seconds(answer.headers))
    error: NodeError = HttpError(message, None, details, retry_after_seconds(answer.headers))
    error.retryable = status in _RETRIED
    raise error


def headers_json(headers: httpx.Headers) -> JsonObject:
    """By lower-case name; a repeated header is joined by commas."""
    return {name.lower(): value for name, value in headers.items()}


async def body_json(answer: EgressAnswer, config: HttpRequestConfig, files: Files) -> Json:
    """What the node gives as `body`; raises `InvalidResponse`."""
    if not answer.body and config.response != "text":
        return None
    media_type, charset = _media_type(answer.headers)
    kind = _kind_of(media_type, answer.body) if config.response == "auto" else config.response
    if kind == "json":
        return read_json(answer.body)
    if kind == "text":
        return _decoded(answer.body, charset)
    return await files.put(answer.body, _file_name(answer), media_type or "application/octet-stream")


def read_json(content: bytes) -> Json:
    """Strict JSON: no NaN, no infinity, no depth that breaks the reader."""
    try:
        value = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        reason = "it nests too deep" if isinstance(error, RecursionError) else str(error)[:200]
        raise InvalidResponse(f"the answer is not JSON: {reason}", 'choose "text" or "binary" as the response') from None
    return with_texts(value, _without_lone_surrogates) if _ESCAPED_SURROGATE.search(content) else value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _without_lone_surrogates(text: str) -> str:
    """Half a character, which no database and no UTF-8 can hold, becomes the replacement character."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _media_type(headers: httpx.Headers) -> tuple[str, str]:
    told, _, rest = headers.get("content-type", "").partition(";")
    charset = re.search(r'charset\s*=\s*"?([\w-]{1,40})', rest, re.I)
    return told.strip().lower()[:200], charset.group(1) if charset else "utf-8"


def _kind_of(media_type: str, content: bytes) -> str:
    if _JSON_TYPE.fullmatch(media_type):
        return "json"
    if _TEXT_TYPE.fullmatch(media_type):
        return "text"
    if media_type:
        return "binary"
    return "text" if _is_utf8(content) else "binary"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _decoded(content: bytes, charset: str) -> str:
    # Only names of character sets: Python's registry also knows codecs that unpack or calculate.
    known = charset if _CHARSETS.fullmatch(charset) and _exists(charset) else "utf-8"
    text = content.decode(known, errors="replace")
    return text.removeprefix("\ufeff")


def _exists(charset: str) -> bool:
    try:
        codecs.lookup(charset)
    except LookupError:
        return False
    return True


def _file_name(answer: EgressAnswer) -> str:
    """Only what people see: storage gives names of its own."""
    disposition = answer.headers.get("content-disposition", "")
    told = re.search(r"""filename\*=(?:utf-8|UTF-8)''([^;]+)|filename="?([^";]+)""", disposition)
    name = unquote(told.group(1)) if told and told.group(1) else told.group(2) if told else unquote(urlsplit(answer.url).path)
    return re.sub(r"[\x00-\x1f\x7f]", "", name).replace("\\", "/").rpartition("/")[2].strip(" .")[:200] or "file"
