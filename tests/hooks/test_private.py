"""Forty and more ways to a private network: each is refused, and nobody there was ever called."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from itertools import count

import pytest

from app.hooks.guard import Guard, Unsafe, Why
from app.hooks.outbound import Reply
from tests.hooks import wire
from tests.hooks.wire import ALSO_PUBLIC, PUBLIC, Listeners, called, leads_to, posting, refusal

# Written into the address itself; a port is put behind the host.
SPELLED = {
    "127.0.0.1": Why.ADDRESS,
    "127.1": Why.ADDRESS,
    "127.0.1": Why.ADDRESS,
    "127.99.88.77": Why.ADDRESS,
    "127.0.0.1.": Why.ADDRESS,
    "2130706433": Why.ADDRESS,
    "017700000001": Why.ADDRESS,
    "0x7f000001": Why.ADDRESS,
    "0x7f.0.0.1": Why.ADDRESS,
    "0X7F.1": Why.ADDRESS,
    "0177.0.0.01": Why.ADDRESS,
    "0": Why.ADDRESS,
    "0.0.0.0": Why.ADDRESS,
    "１２７.0.0.1": Why.ADDRESS,
    "127。0。0。1": Why.ADDRESS,
    "10.0.0.1": Why.ADDRESS,
    "172.16.0.1": Why.ADDRESS,
    "192.168.0.1": Why.ADDRESS,
    "100.64.0.1": Why.ADDRESS,
    "169.254.169.254": Why.ADDRESS,
    "0xa9fea9fe": Why.ADDRESS,
    "168.63.129.16": Why.ADDRESS,
    "192.0.0.8": Why.ADDRESS,
    "198.18.0.1": Why.ADDRESS,
    "203.0.113.7": Why.ADDRESS,
    "224.0.0.1": Why.ADDRESS,
    "255.255.255.255": Why.ADDRESS,
    "[::1]": Why.ADDRESS,
    "[::]": Why.ADDRESS,
    "[0:0:0:0:0:0:0:1]": Why.ADDRESS,
    "[::ffff:127.0.0.1]": Why.ADDRESS,
    "[::ffff:7f00:1]": Why.ADDRESS,
    "[::127.0.0.1]": Why.ADDRESS,
    "[64:ff9b::127.0.0.1]": Why.ADDRESS,
    "[64:ff9b:1::7f00:1]": Why.ADDRESS,
    "[2002:7f00:1::]": Why.ADDRESS,
    "[2001::7f00:1]": Why.ADDRESS,
    "[2001:db8::1]": Why.ADDRESS,
    "[fd00:ec2::254]": Why.ADDRESS,
    "[fe80::1]": Why.ADDRESS,
    "[fec0::1]": Why.ADDRESS,
    "[ff02::1]": Why.ADDRESS,
    "[100::1]": Why.ADDRESS,
    "[fe80::1%25lo]": Why.MALFORMED,
    "[::1%25lo]": Why.MALFORMED,
    "[127.0.0.1]": Why.MALFORMED,
    "[v1.localhost]": Why.MALFORMED,
    "%31%32%37.0.0.1": Why.MALFORMED,
    "127.0.0.1%00.example.com": Why.MALFORMED,
    "127.0.0.1.0": Why.MALFORMED,
    "example.com@127.0.0.1": Why.USERINFO,
    "example.com:443@127.0.0.1": Why.USERINFO,
    "@127.0.0.1": Why.USERINFO,
    "127.0.0.1\\@example.com": Why.MALFORMED,
    "127.0.0.1 ": Why.MALFORMED,
    "example.com\r\nHost: 127.0.0.1": Why.MALFORMED,
    "127.0.0.1\t": Why.MALFORMED,
    "a＠127.0.0.1": Why.MALFORMED,
}
# What a name leads to.
NAMED = {
    "loopback": ["127.0.0.1"],
    "loopback of IPv6": ["::1"],
    "any address": ["0.0.0.0"],
    "any address of IPv6": ["::"],
    "mapped": ["::ffff:127.0.0.1"],
    "mapped metadata": ["::ffff:169.254.169.254"],
    "compatible": ["::7f00:1"],
    "NAT64": ["64:ff9b::7f00:1"],
    "local NAT64": ["64:ff9b:1::a00:1"],
    "6to4": ["2002:7f00:1::1"],
    "Teredo": ["2001:0:7f00:1::1"],
    "private": ["10.1.2.3"],
    "shared": ["100.100.100.200"],
    "metadata": ["169.254.169.254"],
    "unique local": ["fd12:3456::1"],
    "scoped": ["fe80::1%lo"],
    "site": ["fec0::1"],
    "public, then private": [PUBLIC, "127.0.0.1"],
    "private, then public": ["127.0.0.1", PUBLIC],
    "public, then private in IPv6": [PUBLIC, ALSO_PUBLIC, "::1"],
}


@pytest.fixture(scope="module")
def listeners() -> Iterator[Listeners]:
    with wire.listening() as opened:
        yield opened


def test_the_listeners_notice_a_call(listeners: Listeners) -> None:
    """Or none of what follows would prove anything."""
    with wire.listening() as others:

        async def call() -> None:
            async with posting() as poster:
                assert await poster.knock(f"http://127.0.0.9:{others.port}/")
                assert await poster.knock(f"http://[::1]:{others.port}/")

        asyncio.run(call())
        assert others.knocked == [socket.AF_INET, socket.AF_INET6]
    assert listeners.knocked == []


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", SPELLED)
def test_no_spelling_of_a_private_address_is_called(host: str, scheme: str, listeners: Listeners) -> None:
    url = f"{scheme}://{host}:{listeners.port}/hook"
    assert refusal(url, Guard()) is SPELLED[host]
    with pytest.raises(Unsafe):
        Guard().check(url)
    reply = called(url, Guard())
    assert (reply.status, reply.error, reply.unreachable) == (None, "unsafe-address", False)
    assert listeners.knocked == []


@pytest.mark.parametrize("kind", NAMED)
def test_no_name_that_leads_to_a_private_address_is_called(kind: str, listeners: Listeners) -> None:
    url, guard = f"https://hooks.contoso.example:{listeners.port}/", leads_to(*NAMED[kind])
    assert refusal(url, guard) is Why.ADDRESS
    assert called(url, guard).error == "unsafe-address"
    assert listeners.knocked == []


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "ⅼocalhost"])
def test_the_names_of_this_machine_are_not_called(name: str, listeners: Listeners) -> None:
    url = f"https://{name}:{listeners.port}/"
    assert refusal(url, Guard()) is Why.ADDRESS
    assert called(url, Guard()).error == "unsafe-address"
    assert listeners.knocked == []


@pytest.mark.parametrize("name", ["localhost.", f"{socket.gethostname()}.invalid", "a" * 64 + ".example", "-a.example"])
def test_a_name_that_leads_nowhere_is_not_called(name: str, listeners: Listeners) -> None:
    url = f"https://{name}:{listeners.port}/"
    assert refusal(url, Guard()) in (Why.UNRESOLVABLE, Why.MALFORMED, Why.ADDRESS)
    assert called(url, Guard()).status is None
    assert listeners.knocked == []


def test_a_name_that_was_public_when_it_was_looked_at_is_looked_at_again(listeners: Listeners) -> None:
    """DNS rebinding: one answer for whoever checks, another for whoever connects."""
    answers = iter([[PUBLIC], ["127.0.0.1"], ["::1"]])
    guard = Guard(lookup=lambda host: next(answers))
    url = f"https://rebinding.example:{listeners.port}/"
    guard.examine(url)
    assert called(url, guard).error == "unsafe-address"
    assert listeners.knocked == []
    with pytest.raises(StopIteration):
        next(answers)


def test_what_is_connected_to_is_what_was_vetted() -> None:
    """A name is looked up once for a connection: between vetting and connecting nobody can answer otherwise."""
    asked = count()

    def answers(host: str) -> list[str]:
        return ["127.0.0.1"] if next(asked) == 0 else ["::1"]

    async def call() -> Reply:
        async with wire.serving(wire.says("HTTP/1.1 204 No Content\r\n\r\n")) as server:
            guard = Guard((ipaddress.ip_network("127.0.0.1"),), answers)
            async with posting(5, guard) as poster:
                first = await poster.post(server.url("rebinding.example"), b"{}", {})
                assert await poster.post(server.url("rebinding.example"), b"{}", {})
                assert server.connections == 1
                return first

    assert asyncio.run(call()).status == 204
    assert next(asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_a_private_network_is_not_followed(status: int, listeners: Listeners) -> None:
    guard = Guard((ipaddress.ip_network("127.0.0.1"),))

    async def call() -> Reply:
        answer = f"HTTP/1.1 {status} Go\r\nLocation: http://127.0.0.2:{listeners.port}/\r\nContent-Length: 0\r\n\r\n"
        async with wire.serving(wire.says(answer)) as server, posting(5, guard) as poster:
            return await poster.post(server.url(), b"{}", {})

    reply = asyncio.run(call())
    assert (reply.status, reply.ok) == (status, False)
    assert listeners.knocked == []
