"""Which URLs outbound calls may have: http or https, a plain host, and nothing hidden in them."""

import re
from ipaddress import ip_address

import httpx

from activities.kit.errors import EgressRefused, InvalidConfig

_MAX_LENGTH = 16 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_ENDS_IN_A_NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")


def read_url(text: str) -> httpx.URL:
    """The URL of a config; raises `InvalidConfig`, or `EgressRefused` for one that may not be called."""
    if len(text) > _MAX_LENGTH:
        raise InvalidConfig(f"url: longer than {_MAX_LENGTH} characters")
    if _CONTROL.search(text):
        raise InvalidConfig("url: it holds a line break or another control character")
    try:
        url = httpx.URL(text.strip(" "))
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidConfig(f"url: {error}"[:300]) from None
    check_url(url)
    return url


def check_url(url: httpx.URL) -> None:
    """Raises `EgressRefused` or `InvalidConfig`; what a name resolves to is checked when connecting."""
    if url.scheme not in ("http", "https"):
        raise EgressRefused(f'only http and https may be called, and not "{url.scheme[:20]}:"', "write the whole URL")
    if url.userinfo:
        raise EgressRefused("a URL with a user in it is refused", "use the node's credential")
    if url.port is not None and not 0 < url.port < 65_536:
        raise InvalidConfig(f"url: there is no port {url.port}")
    host = url.raw_host.decode("ascii").lower()
    if ":" not in host:
        _check_name(host)


def _check_name(host: str) -> None:
    if not host:
        raise InvalidConfig("url: it has no host", "write https://host/path")
    if host.endswith("."):
        raise EgressRefused(f'the host "{host}" ends with a dot', "write it without")
    if not _HOST_NAME.fullmatch(host):
        raise EgressRefused(f'"{host[:80]}" is no host name')
    # 2130706433, 0x7f.1, 0177.0.0.1 and 127.1 all mean 127.0.0.1 to some readers and not to others.
    if _ENDS_IN_A_NUMBER.fullmatch(host) and not _is_address(host):
        raise EgressRefused(f'"{host[:80]}" is an unusual way to write an address', "write four decimal numbers")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
