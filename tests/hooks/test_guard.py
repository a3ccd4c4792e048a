"""What a webhook may lead to: well-formed https addresses of public hosts, and what the operator allows besides."""

import ipaddress
import socket
from contextlib import suppress

import pytest

from app.hooks.guard import Guard, Unsafe, Why, look_up
from tests.hooks.wire import ALSO_PUBLIC, LOOPBACK, PUBLIC, called, leads_to, refusal

FORMS = {
    "http://hooks.contoso.example/": Why.NOT_HTTPS,
    f"http://{PUBLIC}/": Why.NOT_HTTPS,
    "ftp://hooks.contoso.example/": Why.NOT_HTTPS,
    "file:///etc/passwd": Why.NOT_HTTPS,
    "hooks.contoso.example": Why.NOT_HTTPS,
    "//hooks.contoso.example/": Why.NOT_HTTPS,
    "": Why.NOT_HTTPS,
    "https://": Why.MALFORMED,
    "https:///hook": Why.MALFORMED,
    "https://:443/": Why.MALFORMED,
    "https://a..example/": Why.MALFORMED,
    "https://[::1": Why.MALFORMED,
    "https://0x08080808/": Why.MALFORMED,
    "https://8.8.8.8./": Why.MALFORMED,
    "https://a.example:0/": Why.MALFORMED,
    "https://a.example:65536/": Why.MALFORMED,
    "https://a.example:port/": Why.MALFORMED,
    "https://a.example/ b": Why.MALFORMED,
    "https://a.example/\x00": Why.MALFORMED,
    "https://a.example/\u202e": Why.MALFORMED,
    "https://a.example/#b": Why.FRAGMENT,
    "https://a.example#": Why.FRAGMENT,
    "https://ana@a.example/": Why.USERINFO,
    "https://a.example/" + "b" * 1983: Why.TOO_LONG,
}


@pytest.mark.parametrize("url", FORMS)
def test_a_form_that_cannot_be_called_safely_is_refused_with_its_reason(url: str) -> None:
    with pytest.raises(Unsafe) as refused:
        leads_to(PUBLIC).check(url)
    assert refused.value.why is FORMS[url]
    assert str(refused.value) == FORMS[url].value


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.contoso.example/",
        "HTTPS://Hooks.Contoso.Example:8443/a?b=c%20d",
        "https://bücher.example/ö",
        "https://under_score.example.",
        "https://8.8.8.8/",
        "https://[2606:2800:220:1::1]:8443/",
        "https://[::ffff:8.8.8.8]/",
        "https://a.example/" + "b" * 1982,
    ],
)
def test_a_public_address_over_https_is_fine(url: str) -> None:
    guard = leads_to(PUBLIC, ALSO_PUBLIC, f"::ffff:{PUBLIC}")
    guard.check(url)
    guard.examine(url)


def test_a_name_without_addresses_is_refused() -> None:
    def gone(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for guard in (leads_to(), Guard(lookup=gone)):
        assert refusal("https://gone.example/", guard) is Why.UNRESOLVABLE
        reply = called("https://gone.example/", guard)
        assert (reply.error, reply.unreachable) == ("dns", True)


# What the operator allows

NETWORKS = *LOOPBACK, ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("64:ff9b::/96")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.20.3.4", "[::1]", "[::ffff:10.20.3.4]", "[64:ff9b::a14:1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_the_operator_allows_may_be_called_with_or_without_tls(scheme: str, host: str) -> None:
    Guard(NETWORKS).examine(f"{scheme}://{host}/")
    Guard(NETWORKS, lambda name: [host.strip("[]")]).examine(f"{scheme}://lan.example/")


@pytest.mark.parametrize("host", ["10.21.0.1", "192.168.0.1", "[::2]", "[::ffff:10.21.0.1]", "169.254.169.254"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_lies_beside_it_may_not(scheme: str, host: str) -> None:
    assert refusal(f"{scheme}://{host}/", Guard(NETWORKS)) is Why.ADDRESS
    assert refusal(f"{scheme}://a.example/", Guard(NETWORKS, lambda name: [host.strip("[]")])) is Why.ADDRESS


@pytest.mark.parametrize("addresses", [[PUBLIC], ["10.20.3.4", PUBLIC]])
def test_without_tls_only_what_is_allowed_is_called(addresses: list[str]) -> None:
    guard = Guard(NETWORKS, lambda name: addresses)
    guard.examine("https://a.example/")
    assert refusal("http://a.example/", guard) is Why.NOT_HTTPS
    assert called("http://a.example/", guard).error == "unsafe-address"


def test_an_odd_spelling_is_refused_even_of_what_is_allowed() -> None:
    """The client would not call it either, and two readers could disagree on what it means."""
    for host in ("2130706433", "127.1", "0x7f.0.0.1", "127.0.0.1."):
        assert refusal(f"http://{host}/", Guard(NETWORKS)) is Why.MALFORMED


def test_the_system_is_asked_for_names() -> None:
    assert set(look_up("localhost")) <= {"127.0.0.1", "::1"}
    with suppress(Unsafe):
        Guard(LOOPBACK).examine("http://localhost/")
        return
    pytest.fail("the name of this machine leads nowhere")
