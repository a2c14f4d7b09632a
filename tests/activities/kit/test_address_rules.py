"""Which addresses are closed, and what opens them."""

from ipaddress import ip_address

import pytest

from activities.kit.address_rules import AddressRules, InvalidEgressAllow

CLOSED = ["0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"]
OPEN = ["1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_is_not_public_is_closed(address: str) -> None:
    assert AddressRules().refusal_of(ip_address(address)) is not None


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_is_open(address: str) -> None:
    assert AddressRules().refusal_of(ip_address(address)) is None


def test_only_the_ranges_that_are_named_are_opened() -> None:
    rules = AddressRules(["127.0.0.0/8", "fd00:1::/32", "10.1.2.3"])
    opened = ["127.0.0.1", "::ffff:127.0.0.1", "fd00:1::5", "10.1.2.3"]
    closed = ["10.1.2.4", "169.254.169.254", "::1", "fd00:2::1", "64:ff9b::7f00:1"]
    assert [rules.refusal_of(ip_address(one)) for one in opened] == [None] * len(opened)
    assert None not in [rules.refusal_of(ip_address(one)) for one in closed]


@pytest.mark.parametrize("text", ["", "localhost", "10.0.0.0/33", "10.0.0/8", "*"])
def test_what_is_no_range_is_named_at_start(text: str) -> None:
    with pytest.raises(InvalidEgressAllow, match="HOLDFAST_EGRESS_ALLOW"):
        AddressRules([text])
