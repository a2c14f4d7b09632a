"""S35, S36, S37: no spelling, name, redirect or second answer of a name server leads to an inside address."""

from collections.abc import AsyncIterator

import pytest

from activities.core.fake import FakeService
from activities.kit.address_rules import Address, AddressRules
from activities.kit.egress import EgressClient, EgressRequest
from activities.kit.errors import ConnectionFailed, EgressRefused, InvalidConfig, NodeError
from tests.activities.names import FakeResolver
from tests.activities.serving import Listener, listening, serving

PLENTY = 1024 * 1024

LOOPBACK_SPELLINGS = (
    "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "localhost.localdomain", "0.0.0.0", "0", "00000.0",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[::1%25lo]", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "١٢٧.0.0.1", "127。0。0。1", "127.0.0.1%00.example",
    "user@127.0.0.1", "shop.example@127.0.0.1", "127.0.0.1\\.example", "127.0.0.1#@shop.example",
)  # fmt: skip
INSIDE = (
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/",
    "http://169.254.170.2/v2/credentials", "http://2852039166/", "http://0xa9fea9fe/", "http://100.100.100.200/",
    "http://168.63.129.16/", "http://192.0.0.192/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/",
    "http://100.64.0.1/", "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://[ff02::1]/", "http://[2002:a9fe:a9fe::]/", "http://[64:ff9b::a9fe:a9fe]/",
)  # fmt: skip
OTHER_SCHEMES = (
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "ws://127.0.0.1/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "unix:///var/run/docker.sock", "data:text/plain,x", "//127.0.0.1/",
    "javascript:alert(1)", "jar:http://127.0.0.1!/", "\thttp://127.0.0.1/", "http:\n//127.0.0.1/",
)  # fmt: skip
INNER_PORTS = (7233, 8233, 8700, 5432, 6379)


class NoRules(AddressRules):
    """The guard taken away: with it every test here must fail."""

    def refusal_of(self, address: Address) -> str | None:
        return None


@pytest.fixture
async def inside() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


@pytest.fixture
async def guarded() -> AsyncIterator[EgressClient]:
    async with EgressClient() as client:
        yield client


async def refused(client: EgressClient, url: str) -> NodeError:
    with pytest.raises((EgressRefused, InvalidConfig)) as found:
        await client.send(EgressRequest("GET", url), max_bytes=PLENTY, seconds=20)
    assert not found.value.retryable and len(found.value.message) < 400
    return found.value


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
async def test_s35_no_spelling_of_this_machine_is_connected_to(guarded: EgressClient, inside: Listener, host: str) -> None:
    try:
        await refused(guarded, f"http://{host}:{inside.port}/")
    except ConnectionFailed:
        assert host == "localhost.localdomain", "only a name that this system does not know may fail otherwise"
    assert inside.connections == 0


@pytest.mark.parametrize("url", [*INSIDE, *OTHER_SCHEMES])
async def test_s35_no_inside_address_and_no_other_scheme_is_called(guarded: EgressClient, url: str) -> None:
    await refused(guarded, url)


@pytest.mark.parametrize("port", INNER_PORTS)
async def test_s35_the_products_own_ports_are_out_of_reach(guarded: EgressClient, port: int) -> None:
    await refused(guarded, f"http://localhost:{port}/")


async def test_s35_without_the_guard_the_listener_is_reached(inside: Listener) -> None:
    """The proof that the tests above can fail."""
    async with EgressClient(rules=NoRules()) as unguarded:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            answer = await unguarded.send(EgressRequest("GET", f"http://{host}:{inside.port}/"), max_bytes=PLENTY, seconds=5)
            assert answer.body == b"inside"
    assert inside.connections == 3


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["2606:4700::1111", "::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]],
)
async def test_s36_one_inside_address_among_a_names_addresses_refuses_the_name(inside: Listener, addresses: list[str]) -> None:
    async with EgressClient(resolver=FakeResolver(evil_example=addresses)) as client:
        error = await refused(client, f"http://evil.example:{inside.port}/")
    assert "evil.example" in error.message and inside.connections == 0


async def test_s36_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(inside: Listener) -> None:
    """First a harmless address, then an inside one: the second answer is never asked for."""
    resolver = FakeResolver(evil_example=[["127.0.0.1"], ["127.0.0.2"]])
    async with listening("127.0.0.2", inside.port) as second, EgressClient(["127.0.0.1/32"], resolver=resolver) as client:
        answer = await client.send(EgressRequest("GET", f"http://evil.example:{inside.port}/"), max_bytes=PLENTY)
        assert answer.body == b"inside" and resolver.asked == ["evil.example"]
        assert (inside.connections, second.connections) == (1, 0)
        # The connection was closed by the far side, so the name is asked again: and refused.
        await refused(client, f"http://evil.example:{inside.port}/")
        assert (inside.connections, second.connections) == (1, 0)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/", "http://127.0.0.2:{port}/", "http://[::1]:{port}/", "file:///etc/passwd", "//127.0.0.2:{port}/", "http://inside.example:{port}/"],
)
async def test_s36_a_redirect_to_an_inside_address_is_refused(code: int, target: str) -> None:
    """Only 127.0.0.1 is open: there the outside service runs."""
    resolver = FakeResolver(outside_example=["127.0.0.1"], inside_example=["127.0.0.2"])
    async with (
        serving(FakeService()) as outside,
        listening("127.0.0.2") as inside,
        EgressClient(["127.0.0.1/32"], resolver=resolver) as client,
    ):
        to = target.format(port=inside.port)
        await refused(client, f"http://outside.example:{outside}/redirect?code={code}&to={to}")
        assert inside.connections == 0


async def test_s36_without_the_guard_the_redirect_would_arrive() -> None:
    """The proof that the test above can fail."""
    async with serving(FakeService()) as outside, listening("127.0.0.2") as inside, EgressClient(rules=NoRules()) as client:
        to = f"http://127.0.0.2:{inside.port}/"
        await client.send(EgressRequest("GET", f"http://127.0.0.1:{outside}/redirect?to={to}"), max_bytes=PLENTY)
        assert inside.connections == 1


async def test_s36_opened_ranges_open_nothing_else(inside: Listener) -> None:
    async with EgressClient(["127.0.0.1/32"]) as client:
        answer = await client.send(EgressRequest("GET", f"http://127.0.0.1:{inside.port}/"), max_bytes=PLENTY)
        assert answer.body == b"inside"
        for address in ("127.0.0.2", "[::1]", "10.0.0.1", "169.254.169.254"):
            await refused(client, f"http://{address}:{inside.port}/")


async def test_s37_a_proxy_of_the_environment_is_not_used(inside: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inside.port}")
    async with EgressClient(resolver=FakeResolver(shop_example=["127.0.0.1"])) as client:
        await refused(client, "http://shop.example/")
    assert inside.connections == 0


