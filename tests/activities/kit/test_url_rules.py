"""Which URLs are accepted at all."""

import pytest

from activities.kit.errors import EgressRefused, InvalidConfig
from activities.kit.url_rules import read_url


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://shop.example/a?b=c", "shop.example"),
        (" HTTPS://Shop.Example:8443/ ", "shop.example"),
        ("http://münchen.example/", "münchen.example"),
        ("http://[2606:4700::1111]/", "2606:4700::1111"),
        ("http://1.1.1.1/", "1.1.1.1"),
        ("http://a_b-c.example/", "a_b-c.example"),
        ("http://1and1.example/?q=two words", "1and1.example"),
    ],
)
def test_an_ordinary_url_is_read(text: str, host: str) -> None:
    assert read_url(text).host == host


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "gopher://shop.example/",
        "http+unix://%2Fvar%2Frun/x",
        "ftp://shop.example/",
        "data:text/plain,x",
        "shop.example/path",
        "//shop.example/",
        "https://api.shop.example@evil.example/",
        "https://user:word@shop.example/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://127.0.0.1.5/",
        "http://0x7f.0.0.1/",
        "http://localhost./",
        "http://127.0.0.1./",
        "http://a..b/",
        "http://-a.example/",
        "http://x%2ey/",
        "http://a b.example/",
        "http://shop.example\\.evil.example/",
        "http://" + "a" * 64 + ".example/",
    ],
)
def test_a_url_that_hides_something_is_refused(text: str) -> None:
    with pytest.raises(EgressRefused):
        read_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http:///path",
        "http://:80/",
        "http://shop.example:99999/",
        "http://shop.example:0/",
        "http://shop.example:x/",
        "http://shop.example/\r\nX-Injected: 1",
        "http://shop.example/\x00",
        "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://１２７.0.0.1/",
        "http://[::1/",
        "https://shop.example/" + "a" * 20_000,
    ],
)
def test_what_is_no_url_is_a_mistake_of_the_config(text: str) -> None:
    with pytest.raises((InvalidConfig, EgressRefused)) as refused:
        read_url(text)
    assert len(str(refused.value)) < 400
