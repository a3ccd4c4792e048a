"""The addresses that settings give: read as written, defended against what would give a password away."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from app.addresses import Relay
from tests.test_config import refusal, settings

PASSWORD = "s3cret-Word"


def relays(instance: Path, url: str) -> tuple[Relay, ...]:
    return settings(instance, SMTP_URL=url).smtp_url


@pytest.mark.parametrize(
    ("given", "base_url", "mail_from"),
    [
        ({}, "http://127.0.0.1:8000", "Assent <assent@localhost>"),
        ({"BIND": "[::1]:9000"}, "http://[::1]:9000", "Assent <assent@localhost>"),
        ({"BIND": "assent.internal:80"}, "http://assent.internal:80", "Assent <assent@assent.internal>"),
        ({"BASE_URL": "https://mca.fabrikam.example/"}, "https://mca.fabrikam.example", None),
        ({"MAIL_FROM": "Fabrikam <mca@fabrikam.example>"}, "http://127.0.0.1:8000", "Fabrikam <mca@fabrikam.example>"),
    ],
)
def test_the_address_in_mails_and_the_sender_follow_from_what_is_known(
    given: dict[str, str], base_url: str, mail_from: str | None, tmp_path: Path
) -> None:
    config = settings(tmp_path, **given)
    assert config.base_url == base_url
    assert config.mail_from == (mail_from or "Assent <assent@mca.fabrikam.example>")


@pytest.mark.parametrize(
    ("bind", "host", "port"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000),
        ("[::1]:80", "::1", 80),
        ("assent.internal:65535", "assent.internal", 65535),
    ],
)
def test_host_and_port_are_read_from_bind(bind: str, host: str, port: int, tmp_path: Path) -> None:
    config = settings(tmp_path, BIND=bind)
    assert (config.host, config.port) == (host, port)


def test_only_https_is_secure(tmp_path: Path) -> None:
    assert settings(tmp_path, BASE_URL="https://mca.fabrikam.example").secure
    assert not settings(tmp_path, BASE_URL="http://mca.fabrikam.example").secure


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.example.com", Relay("mail.example.com", 25, None, None, False, "opportunistic")),
        ("smtp://mail.example.com:587", Relay("mail.example.com", 587, None, None, False, "opportunistic")),
        ("smtps://mail.example.com", Relay("mail.example.com", 465, None, None, True, "opportunistic")),
        ("smtp://[::1]:2525", Relay("::1", 2525, None, None, False, "opportunistic")),
        ("smtp://mail.example.com?starttls=require", Relay("mail.example.com", 25, None, None, False, "require")),
        ("smtp://mail.example.com?starttls=off", Relay("mail.example.com", 25, None, None, False, "off")),
        ("smtp://ana:word@mail.example.com", Relay("mail.example.com", 25, "ana", "word", False, "require")),
        ("smtps://ana:word@mail.example.com", Relay("mail.example.com", 465, "ana", "word", True, "require")),
        ("smtp://ana:word@mail.example.com?starttls=off", Relay("mail.example.com", 25, "ana", "word", False, "off")),
        ("smtp://ana:word@127.0.0.1", Relay("127.0.0.1", 25, "ana", "word", False, "opportunistic")),
        ("smtp://ana:word@[::1]", Relay("::1", 25, "ana", "word", False, "opportunistic")),
        ("smtp://ana:word@localhost", Relay("localhost", 25, "ana", "word", False, "opportunistic")),
        (
            "smtp://ana%40fabrikam.example:p%2Fa%3As%40s@mail.example.com",
            Relay("mail.example.com", 25, "ana@fabrikam.example", "p/a:s@s", False, "require"),
        ),
    ],
)
def test_a_relay_is_read_from_its_url(url: str, relay: Relay, tmp_path: Path) -> None:
    assert relays(tmp_path, url) == (relay,)


def test_several_relays_keep_their_order(tmp_path: Path) -> None:
    several = relays(tmp_path, " smtp://a.example:25 ,smtps://b.example,, smtp://c.example:2525,")
    assert [relay.name for relay in several] == ["a.example:25", "b.example:465", "c.example:2525"]


def test_no_relay_shows_its_password(tmp_path: Path) -> None:
    config = settings(tmp_path, SMTP_URL=f"smtp://ana:{PASSWORD}@mail.example.com")
    assert config.smtp_url[0].password == PASSWORD
    assert PASSWORD not in repr(config.smtp_url)
    assert PASSWORD not in repr(config)


def test_no_representation_shows_the_databases_password(tmp_path: Path) -> None:
    config = settings(tmp_path, DATABASE_URL=f"postgresql+psycopg://assent:{PASSWORD}@db.example/assent")
    assert PASSWORD in config.database_url
    assert PASSWORD not in repr(config)


@pytest.mark.parametrize(
    "url",
    [
        f"smtp://ana:{PASSWORD}@mail.example.com:port",
        f"smtp://ana:{PASSWORD}@mail.example.com:65536",
        f"smtp://ana:{PASSWORD}@mail.example.com?tls=yes",
        f"smtp://ana:{PASSWORD}@mail.example.com?starttls=yes",
        f"smtp://ana:{PASSWORD}@",
        f"http://ana:{PASSWORD}@mail.example.com",
        f"smtp://ana:{PASSWORD}/rest@mail.example.com",
        f"smtp://ana:{PASSWORD}?rest@mail.example.com",
        f"smtp://ana:{PASSWORD}#rest@mail.example.com",
    ],
)
def test_no_refusal_of_a_relay_shows_its_password(url: str, tmp_path: Path) -> None:
    assert PASSWORD not in refusal(tmp_path, SMTP_URL=url)


def test_the_networks_webhooks_may_lead_to_are_read_as_networks(tmp_path: Path) -> None:
    assert settings(tmp_path).webhook_allow == ()
    given = settings(tmp_path, WEBHOOK_ALLOW=" 10.20.0.0/16,127.0.0.1 ,, fd12:3456::/32,").webhook_allow
    assert given == (ip_network("10.20.0.0/16"), ip_network("127.0.0.1/32"), ip_network("fd12:3456::/32"))
