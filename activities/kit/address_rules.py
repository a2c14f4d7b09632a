"""Which addresses outbound calls may reach: the public ones, and the ranges that the operator names."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED_4 = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT, and metadata of some clouds",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "metadata of a cloud",
    "169.254.0.0/16": "link-local, and metadata of most clouds",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved, and metadata of some clouds",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved or broadcast",
}
_PUBLIC_6 = IPv6Network("2000::/3")
"""Everything else of IPv6 is special: loopback, mapped and compatible IPv4, NAT64, unique local, link-local, multicast."""
_NAT64 = IPv6Network("64:ff9b::/96")
_CLOSED_6 = {
    "2001::/23": "reserved, with Teredo tunnels into IPv4",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4, a tunnel into IPv4",
    "3fff::/20": "documentation",
}


class InvalidEgressAllow(ValueError):
    """HOLDFAST_EGRESS_ALLOW names something that is no range of addresses."""

    code = "invalid_egress_allow"


class AddressRules:
    """The ranges that are closed, less those that were opened by name."""

    def __init__(self, opened: Iterable[str] = ()) -> None:
        self._opened = tuple(_network(text) for text in opened)
        self._closed_4 = [(IPv4Network(text), why) for text, why in _CLOSED_4.items()]
        self._closed_6 = [(IPv6Network(text), why) for text, why in _CLOSED_6.items()]

    def refusal_of(self, address: Address) -> str | None:
        """Why an address may not be called; None when it may."""
        address = unwrapped(address)
        if any(address in network for network in self._opened if network.version == address.version):
            # Networks without IPv4 open NAT64 to reach the public; it must not lead to what is closed.
            return self.refusal_of(_behind_nat64(address)) if address in _NAT64 else None
        if isinstance(address, IPv4Address):
            return next((why for network, why in self._closed_4 if address in network), None)
        if address not in _PUBLIC_6:
            return "not a public IPv6 address"
        return next((why for network, why in self._closed_6 if address in network), None)


def unwrapped(address: Address) -> Address:
    """An IPv4 address written as IPv6 (`::ffff:…`) is that IPv4 address: the system connects to it."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _behind_nat64(address: Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise InvalidEgressAllow(f'HOLDFAST_EGRESS_ALLOW: "{text}" is no range of addresses, such as 10.1.0.0/16') from error
