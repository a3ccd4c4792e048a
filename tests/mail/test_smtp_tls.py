"""Relays: who may read along, whom we believe to be the relay, and what becomes of the password."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from app.config import SetUpError
from app.mail.smtp import Undelivered, connect
from tests.mail.conftest import Open, relays_of, send
from tests.mail.postbox import self_signed

USERS = {"assent": "se cret/1"}
LOGIN = "assent:se%20cret%2F1"


def refusal(url: str) -> Undelivered:
    with pytest.raises(Undelivered) as raised:
        send(url)
    assert raised.value.final is False, "the mail stays queued: the relay is at fault, not the mail"
    return raised.value


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator trusts this certificate, and says so as operators do."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


# STARTTLS


def test_opportunistic_encrypts_where_the_relay_offers_it_and_goes_on_where_it_does_not(
    postbox: Open, certificate: Path
) -> None:
    able, plain = postbox(certificate=certificate), postbox()
    send(able.url())
    send(plain.url())
    assert [able.letters[0].tls, plain.letters[0].tls] == [True, False]
    assert b"MAIL FROM" not in able.heard_in_clear


def test_off_does_not_encrypt_even_where_it_could(postbox: Open, certificate: Path) -> None:
    box = postbox(certificate=certificate)
    send(box.url(option="off"))
    assert box.letters[0].tls is False


def test_require_goes_through_to_a_relay_that_proves_who_it_is(postbox: Open, trusted: Path) -> None:
    box = postbox(certificate=trusted)
    send(box.url(option="require"))
    assert box.letters[0].tls is True


def test_require_refuses_a_certificate_that_nobody_vouches_for(postbox: Open, certificate: Path) -> None:
    box = postbox(certificate=certificate)
    trouble = refusal(box.url(option="require"))
    assert f"127.0.0.1:{box.port}: " in trouble.answer
    assert "certificate verify failed: self-signed certificate" in trouble.answer
    assert box.letters == []


def test_require_refuses_a_certificate_of_another_host(
    postbox: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = self_signed(tmp_path, "127.0.0.9")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    box = postbox(certificate=other)
    assert "certificate is not valid for '127.0.0.1'" in refusal(box.url(option="require")).answer
    assert box.letters == []


def test_require_refuses_a_relay_that_offers_no_encryption_and_gives_it_nothing(postbox: Open) -> None:
    box = postbox(users=USERS, auth_require_tls=False)
    trouble = refusal(box.url(LOGIN, "require"))
    assert "STARTTLS extension not supported" in trouble.answer
    assert_not_heard(box.heard_in_clear)
    assert b"MAIL" not in box.heard_in_clear


def assert_not_heard(heard: bytes) -> None:
    """No password in what went over the wire, plain or as AUTH spells it."""
    assert b"EHLO" in heard, "this check listens to the right wire"
    spelled = [b"se cret/1", base64.b64encode(b"se cret/1"), base64.b64encode(b"\0assent\0se cret/1")]
    assert [form for form in spelled if form.rstrip(b"=") in heard] == []


# TLS from the first byte


def test_smtps_goes_through_to_a_relay_that_proves_who_it_is(postbox: Open, trusted: Path) -> None:
    box = postbox(certificate=trusted, implicit_tls=True, users=USERS, auth_require_tls=False)
    send(box.url(LOGIN))
    assert (box.letters[0].tls, box.letters[0].user) == (True, "assent")
    assert box.heard_in_clear == b""


def test_smtps_refuses_a_certificate_that_nobody_vouches_for(postbox: Open, certificate: Path) -> None:
    box = postbox(certificate=certificate, implicit_tls=True)
    assert "certificate verify failed" in refusal(box.url()).answer
    assert box.letters == []


# Sign-in


@pytest.mark.parametrize("other", ["PLAIN", "LOGIN"])
def test_the_user_signs_in_by_either_mechanism_and_only_behind_tls(
    postbox: Open, certificate: Path, other: str
) -> None:
    box = postbox(certificate=certificate, users=USERS, auth_exclude_mechanism=[other])
    send(box.url(LOGIN))
    assert (box.letters[0].user, box.letters[0].tls) == ("assent", True)
    assert_not_heard(box.heard_in_clear)


def test_a_refused_sign_in_is_told_without_the_password(postbox: Open, certificate: Path) -> None:
    box = postbox(certificate=certificate, users=USERS)
    trouble = refusal(box.url("assent:wrong-one"))
    assert "sign-in refused (535" in trouble.answer
    assert "wrong-one" not in trouble.answer
    assert box.letters == []


def test_a_connection_is_closed_at_once_whatever_the_relay_does(postbox: Open, certificate: Path) -> None:
    [relay] = relays_of(postbox(certificate=certificate).url())

    async def scenario() -> Any:
        client = await connect(relay)
        socket = client.get_transport_info("socket")
        client.close()
        await asyncio.sleep(0)
        return socket.fileno()

    assert asyncio.run(scenario()) == -1, "before the relay has said goodbye"


def test_a_relay_without_sign_in_is_not_used_as_if_it_had_one(postbox: Open) -> None:
    box = postbox()
    assert "AUTH" in refusal(box.url(LOGIN)).answer
    assert box.letters == []


# The setting


def test_a_password_for_another_host_asks_for_proof_unless_told_otherwise() -> None:
    (relay,) = relays_of("smtp://assent:secret@mail.example:587")
    assert relay.starttls == "require"
    assert "secret" not in repr(relay)


def test_a_password_for_another_host_is_never_sent_opportunistically() -> None:
    with pytest.raises(SetUpError, match=r"SMTP_URL.*starttls=require"):
        relays_of("smtp://assent:secret@mail.example:587?starttls=opportunistic")
    (relay,) = relays_of("smtp://assent:secret@mail.example:587?starttls=off")
    assert relay.starttls == "off"
