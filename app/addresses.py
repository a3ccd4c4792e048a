"""The addresses that settings give: where we listen and are reached, the database, the sender, the mail relays."""

import ipaddress
import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from app.core import verp

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

STARTTLS = ("require", "opportunistic", "off")


def bind(value: str) -> str:
    found = re.fullmatch(r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", value)
    if not found or not 1 <= int(found[1]) <= 65535:
        raise ValueError("must be host:port, for example 127.0.0.1:8000")
    return value


def base_url(value: str) -> str:
    parts = urlsplit(value)
    whole = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or not whole:
        raise ValueError("must be http(s)://host, for example https://assent.example.com")
    _port(parts)
    return value.rstrip("/")


def safe_url(value: str) -> str:
    """An address whose answers can be believed: https, or this very machine."""
    parts = urlsplit(value)
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username is not None:
        raise ValueError("must be https://host/… (http:// on this machine only), for example https://login.example.com")
    _port(parts)
    return value


def issuer(value: str) -> str:
    """As the issuer spells itself: its tokens name it letter by letter."""
    if not re.fullmatch(r"[!-~]{1,300}", value) or "?" in value or "#" in value:
        raise ValueError("must be the issuer's address, without ? and #, for example https://login.example.com/tenant")
    return safe_url(value)


def audience(value: str) -> str:
    if not re.fullmatch(r"[!-~]{0,300}", value):
        raise ValueError("must be what `aud` of the issuer's tokens says, for example a client id")
    return value


def client_secret(value: str) -> str:
    if not re.fullmatch(r"[!-~]{0,300}", value):
        raise ValueError("must be the secret that the issuer made for this client, without blanks")
    return value


def database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must begin with postgresql+psycopg:// (or be left out for SQLite)")
    _port(urlsplit(value))
    return value


def networks(value: str) -> tuple[Network, ...]:
    return tuple(_network(part.strip()) for part in value.split(",") if part.strip())


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        network = None
    if network is None or "%" in text:
        raise ValueError(f"{text!r} is not a network, for example 10.20.0.0/16 or fd12:3456::/32")
    return network


def mail_from(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1]):
        raise ValueError('must be an address, for example "Assent <assent@example.com>"')
    return value


def bounces(value: str) -> str:
    """An address whose mailbox also takes what is sent to `NAME+anything@HOST`."""
    local, at, domain = value.strip().rpartition("@")
    if not at or not domain or not re.fullmatch(r"[A-Za-z0-9._-]+", local) or len(local) > verp.OWN_LIMIT:
        raise ValueError(
            f"must be an address such as bounces@example.com, at most {verp.OWN_LIMIT} characters before @"
        )
    return f"{local}@{domain}"


def _port(parts: SplitResult) -> int | None:
    """The port, if one is given; the library's own complaint would print a password that was taken for one."""
    try:
        return parts.port
    except ValueError:
        raise ValueError("the port must be a number; in a password write / ? # and @ as %2F %3F %23 and %40") from None


@dataclass(frozen=True)
class Relay:
    """One SMTP server of `SMTP_URL`."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    implicit_tls: bool = False
    starttls: str = "opportunistic"

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def relays(value: str) -> tuple[Relay, ...]:
    return tuple(_relay(url) for url in value.split(",") if url.strip())


def _relay(url: str) -> Relay:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("each relay must be smtp://host:port or smtps://host:port")
    return Relay(
        host=parts.hostname,
        port=_port(parts) or (465 if parts.scheme == "smtps" else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        implicit_tls=parts.scheme == "smtps",
        starttls=_starttls(parts),
    )


def _starttls(parts: SplitResult) -> str:
    """A password never leaves for another host in the clear unless `off` asks for it."""
    query = parse_qs(parts.query)
    if set(query) - {"starttls"}:
        raise ValueError("the only option of a relay is ?starttls=require|opportunistic|off")
    safe = parts.username is None or is_loopback(parts.hostname or "")
    chosen = query.get("starttls", ["opportunistic" if safe else "require"])[0]
    if chosen not in STARTTLS:
        raise ValueError(f"starttls must be one of: {', '.join(STARTTLS)}")
    if chosen == "opportunistic" and not safe and parts.scheme == "smtp":
        raise ValueError("a relay with a password takes ?starttls=require, or off to send the password in the clear")
    return chosen
