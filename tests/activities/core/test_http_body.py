"""The bodies of core.http_request@1: JSON, form, raw, multipart; and what may not be in them (S12)."""

import base64
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest

from activities.core.fake import FakeService
from activities.kit.errors import InvalidConfig
from tests.activities.core.calling import Caller


async def sent(call: Caller, service: FakeService, url: str, body_type: str, body: Any, **config: Any) -> tuple[str, bytes]:
    await call(url=f"{url}/echo", method="POST", body=body, body_type=body_type, response="text", **config)
    return service.requests[-1].headers.get("content-type", ""), service.requests[-1].body


@pytest.mark.parametrize(
    ("body_type", "body", "media_type", "content"),
    [
        ("json", {"a": [1, None, "ü"]}, "application/json", '{"a":[1,null,"ü"]}'.encode()),
        ("json", "text", "application/json", b'"text"'),
        ("json", False, "application/json", b"false"),
        ("json", None, "", b""),
        ("form", {"a": [1, 2], "b": "x y&", "c": None, "d": True}, "application/x-www-form-urlencoded", b"a=1&a=2&b=x+y%26&d=true"),
        ("raw", "grüße", "text/plain; charset=utf-8", "grüße".encode()),
        ("raw", {"base64": base64.b64encode(b"\0\1").decode(), "type": "image/png"}, "image/png", b"\0\1"),
    ],
)
async def test_a_body_is_sent_as_its_type_says(
    call: Caller, service: FakeService, url: str, body_type: str, body: Any, media_type: str, content: bytes
) -> None:
    assert await sent(call, service, url, body_type, body) == (media_type, content)


async def test_the_users_own_content_type_is_kept(call: Caller, service: FakeService, url: str) -> None:
    told = await sent(call, service, url, "raw", "<a/>", headers={"Content-Type": "application/xml"})
    assert told == ("application/xml", b"<a/>")


async def test_a_file_of_the_run_is_sent_as_it_is(call: Caller, service: FakeService, url: str) -> None:
    file = await call.files.put(b"\x89PNG", "a.png", "image/png")
    assert await sent(call, service, url, "raw", file) == ("image/png", b"\x89PNG")


async def test_a_multipart_body_holds_fields_and_files(call: Caller, service: FakeService, url: str) -> None:
    file = await call.files.put(b"\x89PNG", "a.png", "image/png")
    body = {
        "field": "grüße",
        "number": 7,
        "nothing": None,
        "file": file,
        "named": {**file, "filename": "b.png"},
        "several": [{"text": "one", "filename": "1.txt", "type": "text/plain"}, {"base64": "AAE="}],
    }
    media_type, content = await sent(call, service, url, "multipart", body)
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + media_type.encode() + b"\r\n\r\n" + content)
    parts = [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]
    assert parts == [
        ("field", None, "grüße".encode()),
        ("number", None, b"7"),
        ("file", "a.png", b"\x89PNG"),
        ("named", "b.png", b"\x89PNG"),
        ("several", "1.txt", b"one"),
        ("several", None, b"\0\1"),
    ]


async def test_names_of_parts_can_not_end_their_header(call: Caller, service: FakeService, url: str) -> None:
    body = {'a"\r\nX-Injected: 1\r\n\r\nx': {"text": "t", "filename": '"\r\nX-Injected: 2'}}
    _, content = await sent(call, service, url, "multipart", body)
    assert b"\r\nX-Injected" not in content


@pytest.mark.parametrize(
    ("body_type", "body"),
    [
        ("form", "text"),
        ("form", {"a": {"filepath": "/etc/passwd"}}),
        ("raw", 5),
        ("raw", {"path": "/etc/passwd"}),
        ("raw", {"base64": "***"}),
        ("raw", {"base64": 7}),
        ("raw", {"base64": "AA==", "type": "text/plain\r\nX: 1"}),
        ("multipart", "text"),
        ("multipart", {}),
        ("multipart", {"a": None}),
        ("multipart", {"a": {"filepath": "/etc/passwd"}}),
        ("multipart", {"a": {"text": "x", "path": "/etc/passwd"}}),
        ("multipart", {"a": {"text": "x", "base64": "AA=="}}),
        ("multipart", {"a": {"text": {"b": 1}}}),
        ("multipart", {"a": {"text": "x", "filename": 5}}),
        ("multipart", {"a": {"$file": {"hash": "../../etc/passwd"}}}),
        ("multipart", {"a": {"$file": {"hash": "a" * 64}}}),
        ("multipart", {"a": {"$file": "/etc/passwd"}}),
        ("multipart", {"a": [["x"]]}),
        ("multipart", {str(number): "x" for number in range(1001)}),
    ],
)
async def test_s12_an_object_never_names_something_to_open(call: Caller, service: FakeService, url: str, body_type: str, body: Any) -> None:
    with pytest.raises(InvalidConfig, match=r"body|reference|file"):
        await call(url=f"{url}/echo", method="POST", body=body, body_type=body_type)
    assert service.requests == []
