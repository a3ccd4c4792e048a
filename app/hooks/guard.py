"""Which addresses a webhook may lead to: none inside private networks, under whatever name or spelling."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from yarl import URL

from app.core.refusals import Reason, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Lookup = Callable[[str], Sequence[str]]

LONGEST = 2000
# Beyond what `is_global` refuses, or refuses in some versions of Python only.
DENIED_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # looks public, and is the host of every virtual machine on Azure
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
# Of IPv6 only global unicast may be called, which leaves out NAT64, fec0::/10, multicast and all the rest.
UNICAST_6 = ipaddress.IPv6Network("2000::/3")
DENIED_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID and the like
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)


class Why(StrEnum):
    TOO_LONG = "too-long"
    MALFORMED = "malformed"
    NOT_HTTPS = "not-https"
    USERINFO = "userinfo"
    FRAGMENT = "fragment"
    ADDRESS = "address"
    UNRESOLVABLE = "unresolvable"


class Unsafe(Exception):
    """This address is not called; `why` says what is wrong with it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Target:
    """An address that is well formed, read by the parser that the HTTP client uses too."""

    url: URL
    host: str
    port: int
    plain: bool
    literal: Address | None


def look_up(host: str) -> list[str]:
    """Every address of a name, as the system knows them now."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class Guard:
    def __init__(self, allow: tuple[Network, ...] = (), lookup: Lookup = look_up) -> None:
        self._allow = allow
        self._lookup = lookup
        self.target = lru_cache(maxsize=4096)(self._target)

    def check(self, url: str) -> None:
        """Refuse by form alone; costs nothing when asked again."""
        self.target(url)

    def examine(self, url: str) -> None:
        """Refuse by form, or by where the name leads now."""
        target = self.target(url)
        if target.literal is None:
            self.addresses(target.host, target.plain)

    def addresses(self, host: str, plain: bool) -> list[str]:
        """Where a name leads: looked up once, and refused as a whole if one of its addresses is."""
        try:
            found = [ipaddress.ip_address(text) for text in self._lookup(host)]
        except (OSError, ValueError):
            raise Unsafe(Why.UNRESOLVABLE) from None
        if not found:
            raise Unsafe(Why.UNRESOLVABLE)
        self._vet(found, plain)
        return [str(address) for address in found]

    def _target(self, text: str) -> Target:
        url, host = _parsed(text)
        literal, plain = _literal(host), url.scheme == "http"
        if literal is not None:
            self._vet([literal], plain)
            if ":" not in host and str(literal) != host:
                raise Unsafe(Why.MALFORMED)
        elif not _NAME.fullmatch(host) or _NUMBER_AT_END.search(host):
            raise Unsafe(Why.MALFORMED)
        elif plain and not self._allow:
            raise Unsafe(Why.NOT_HTTPS)
        return Target(url, host, url.port or 0, plain, literal)

    def _vet(self, addresses: Iterable[Address], plain: bool) -> None:
        for address in map(_inner, addresses):
            if any(address in network for network in self._allow):
                continue
            if not _public(address):
                raise Unsafe(Why.ADDRESS)
            if plain:
                raise Unsafe(Why.NOT_HTTPS)


def vet(url: str, allow: tuple[Network, ...]) -> None:
    """Refuse an address that somebody gave, before anything is written: a name server may take its time."""
    try:
        Guard(allow).examine(url)
    except Unsafe as error:
        raise Refused(Reason.UNSAFE_URL, field="url", why=error.why) from error


_FORM = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,254}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?")
_NUMBER_AT_END = re.compile(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?\Z")


def _parsed(text: str) -> tuple[URL, str]:
    form = _spelled(text)
    if "@" in form[1]:
        raise Unsafe(Why.USERINFO)
    try:
        url = URL(text)
        host, port = url.raw_host or "", url.port
    except ValueError:
        raise Unsafe(Why.MALFORMED) from None
    bracketed = "[" in form[1] and ":" not in host
    if not host or not port or bracketed or "%" in form[1] + host or url.raw_user or url.raw_password:
        raise Unsafe(Why.MALFORMED)
    return url, host


def _spelled(text: str) -> re.Match[str]:
    if len(text) > LONGEST:
        raise Unsafe(Why.TOO_LONG)
    if not text.isprintable() or re.search(r"[\s\\]", text):
        raise Unsafe(Why.MALFORMED)
    form = _FORM.match(text)
    if not form:
        raise Unsafe(Why.NOT_HTTPS)
    if "#" in text:
        raise Unsafe(Why.FRAGMENT)
    return form


def _literal(host: str) -> Address | None:
    """The address that a host is, in any of the spellings that the system would take for one."""
    try:
        if ":" in host:
            return ipaddress.IPv6Address(host)
        return ipaddress.IPv4Address(socket.inet_aton(host.removesuffix(".")))
    except ValueError:
        raise Unsafe(Why.MALFORMED) from None
    except OSError:
        return None


def _inner(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        denied = any(address in network for network in DENIED_4)
    else:
        denied = address not in UNICAST_6 or any(address in network for network in DENIED_6)
    return address.is_global and not denied
