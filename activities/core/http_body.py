"""The body of a request: JSON, a form, raw text or a file, or several parts."""

import base64
import json
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

import httpx

from activities.core.spec import HttpRequestConfig
from activities.kit.context import Files
from activities.kit.errors import InvalidConfig
from interpreter.json_value import Json, JsonObject

_PART_KEYS = frozenset({"text", "base64", "$file", "filename", "type"})
_MAX_PARTS = 1_000
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}(;[ -~]{1,200})?", re.ASCII)


class Part(NamedTuple):
    """As httpx takes a part of a multipart body."""

    filename: str | None
    content: bytes
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes to send, and what they are."""

    content: bytes = b""
    media_type: str | None = None


async def body_of(config: HttpRequestConfig, files: Files) -> Body:
    """The body that a config asks for; raises `InvalidConfig` naming the field."""
    if config.body is None:
        return Body()
    if config.body_type == "json":
        return Body(_json(config.body), "application/json")
    if config.body_type == "form":
        return Body(urlencode(form_pairs(config.body)).encode(), "application/x-www-form-urlencoded")
    if config.body_type == "raw":
        return await _raw(config.body, files)
    return await _multipart(config.body, files)


def text_of(value: Json) -> str:
    """A scalar as HTTP writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def form_pairs(values: Json, field: str = "body") -> list[tuple[str, str]]:
    """Names and values; a list repeats its name, null leaves it out."""
    if not isinstance(values, dict):
        raise InvalidConfig(f"{field}: a form is an object of names and values")
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict | list):
                raise InvalidConfig(f"{field}.{name}: a form's value is text, a number, a truth value, or a list of those")
            if one is not None:
                _utf8(name + text_of(one), f"{field}.{name}")
                pairs.append((name, text_of(one)))
    return pairs


def _json(value: Json) -> bytes:
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        raise InvalidConfig("body: it can't be written as JSON", "lone surrogates, NaN and infinite numbers are none") from None


async def _raw(value: Json, files: Files) -> Body:
    if isinstance(value, str):
        return Body(_utf8(value, "body"), "text/plain; charset=utf-8")
    if isinstance(value, dict):
        part = await _part(value, files, "body")
        return Body(part.content, part.media_type)
    raise InvalidConfig("body: a raw body is text, a file, or an object with base64")


async def _multipart(values: Json, files: Files) -> Body:
    if not isinstance(values, dict):
        raise InvalidConfig("body: a multipart body is an object of names and parts")
    parts: list[tuple[str, Part]] = []
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                parts.append((name, await _part(one, files, f"body.{name}")))
    if not 0 < len(parts) <= _MAX_PARTS:
        raise InvalidConfig(f"body: a multipart body has 1 to {_MAX_PARTS} parts, and not {len(parts)}")
    # httpx escapes names and file names as browsers do, so that neither can end its header.
    made = httpx.Request("POST", "http://localhost", files=parts)
    return Body(made.read(), made.headers["content-type"])


async def _part(value: Json, files: Files, field: str) -> Part:
    if not isinstance(value, dict | list):
        return Part(None, _utf8(text_of(value), field), None)
    kinds = [kind for kind in ("text", "base64", "$file") if kind in value]
    # Nothing else is understood: no path, no address that would be opened here.
    if isinstance(value, list) or len(kinds) != 1 or not value.keys() <= _PART_KEYS:
        raise InvalidConfig(f"{field}: a part is text, or an object of one of text, base64 and $file, with filename and type")
    filename, media_type = value.get("filename"), value.get("type")
    if not isinstance(filename, str | None) or not isinstance(media_type, str | None):
        raise InvalidConfig(f"{field}: filename and type are text")
    if media_type is not None and not _MEDIA_TYPE.fullmatch(media_type):
        raise InvalidConfig(f"{field}.type: not a media type, such as image/png")
    if kinds == ["$file"]:
        return await _stored(value, files, filename, media_type)
    content = _utf8(value["text"], field) if kinds == ["text"] else _from_base64(value["base64"], field)
    return Part(filename, content, media_type)


async def _stored(value: JsonObject, files: Files, filename: str | None, media_type: str | None) -> Part:
    content = await files.get({"$file": value["$file"]})
    told = str(value["$file"].get("type", ""))
    fitting = told if _MEDIA_TYPE.fullmatch(told) else "application/octet-stream"
    return Part(filename or str(value["$file"].get("name") or "file"), content, media_type or fitting)


def _utf8(text: Json, field: str) -> bytes:
    try:
        return str.encode(text)
    except (TypeError, UnicodeEncodeError):
        raise InvalidConfig(f"{field}: it is not text that UTF-8 can write") from None


def _from_base64(text: Json, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise InvalidConfig(f"{field}.base64: it is not base64") from None
