"""`POST /hooks/{source}` by the vendor's signature: the right certificate from the right place, or nothing is taken."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from flask import Flask
from sqlalchemy import func, select

from app.config import Config, load
from app.core.hooks import Arrival
from app.db import db
from app.hooks import fetched
from app.models import ReceivedHook
from tests.engines import on_sqlite  # noqa: F401
from tests.hooks.publisher import HOST, Publisher, publishing
from tests.hooks.signers import (
    der,
    issuing,
    leaf,
    pem,
    root,
    rsa_key,
)
from tests.servers import free_port
from tests.web.forged_notices import BODY, FORGERIES, Desk, is_given
from tests.web.hooking import Sent, by_certificate, by_secret, certified, good, notice, partner
from tests.web.v1.programs import Refusal, refusal, untouched

FORGED: Refusal = (401, 800001, "bad-signature")
MISSING: Refusal = (400, 3000, "missing-field")
INVALID: Refusal = (400, 3000, "invalid-value")
UNPARSABLE: Refusal = (400, 2000, "unparsable-body")
TOO_OLD: Refusal = (400, 2000, "too-old")
UNREACHABLE: Refusal = (503, 2000, "certificate-unreachable")
DAYS = 24 * 60 * 60


@pytest.fixture(scope="module")
def config(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """With certificates from this machine."""
    instance = str(tmp_path_factory.mktemp("instance"))
    settings = {"INSTANCE": instance, "DATABASE_URL": database_url, "WEBHOOK_ALLOW": "127.0.0.0/8"}
    return load({f"ASSENT_{name}": value for name, value in settings.items()})


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    with publishing(tmp_path_factory.mktemp("publisher")) as found:
        yield found


@pytest.fixture(scope="module")
def desk(built: Flask, publisher: Publisher) -> Desk:
    with built.app_context():
        return Desk(by_certificate(built, partner(), publisher.host), publisher)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> None:
    """Rows are looked at in every test."""


def received(desk: Desk) -> int:
    db.session.rollback()
    own = ReceivedHook.source_id == desk.receiver.source.id
    return db.session.scalar(select(func.count()).select_from(ReceivedHook).where(own)) or 0


# Taken


def test_what_the_vendor_signed_is_stored_under_the_digest_of_its_body(desk: Desk) -> None:
    body = notice(AuditUri="/audit/1")
    sent, before = certified(good(desk.publisher), body), received(desk)
    found = desk.receiver.post(sent)
    assert (found.status_code, found.json) == (200, {"outcome": "unknown"})
    with untouched():
        again = desk.receiver.post(sent)
    assert (again.status_code, again.data, again.headers["Idempotent-Replayed"]) == (200, found.data, "true")
    assert received(desk) == before + 1
    row = db.session.scalars(select(ReceivedHook).order_by(ReceivedHook.id.desc())).first()
    assert row
    digest = hashes.Hash(hashes.SHA256())
    digest.update(body)
    assert row.key == f"sha256:{digest.finalize().hex()}"
    assert (row.event, row.outcome) == ("weather-changed", Arrival.UNKNOWN)


FILES: dict[str, Callable[[], bytes]] = {
    "DER": lambda: der(leaf()),
    "PEM": lambda: pem(leaf()),
    "with the authority between": lambda: pem(leaf(by="Issuing"), issuing()),
    "with the root as well": lambda: pem(leaf(by="Issuing"), issuing(), root()),
    "without a use that is said": lambda: der(leaf(extensions=())),
}


@pytest.mark.parametrize("form", FILES)
def test_a_certificate_may_come_in_several_forms(desk: Desk, form: str) -> None:
    assert desk.says(desk.by(FILES[form](), body=notice(AuditUri=form), path=f"/{form.replace(' ', '-')}")) == 200


def test_who_issues_the_certificates_may_be_named_in_place_of_the_root(desk: Desk) -> None:
    """The vendor's file holds no certificate but the signer's."""
    receiver = by_certificate(desk.receiver.app, partner(), desk.publisher.host, roots=pem(issuing()))
    assert Desk(receiver, desk.publisher).says(desk.by(der(leaf(by="Issuing")), path="/alone.cer")) == 200


def test_the_signature_may_stand_in_the_header_that_leaves_authorization_alone(desk: Desk) -> None:
    sent = certified(good(desk.publisher), notice(AuditUri="/audit/2"))
    other = sent.but(x_ms_signature=sent.headers["Authorization"].replace("Signature", "signature"))
    assert desk.says(other.but(Authorization=None)) == 200
    assert desk.says(other.but(Authorization="Bearer asn_x")) == 200


def test_a_certificate_is_fetched_once_and_anew_when_it_was_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/kept.cer"
    url = good(desk.publisher, path)
    for number in range(3):
        assert desk.says(certified(url, notice(AuditUri=f"/kept/{number}"))) == 200
    assert desk.publisher.asked.count(path) == 1
    replaced = desk.by(der(leaf(key=rsa_key("other"))), body=notice(AuditUri="/kept/3"), key="other", path=path)
    assert desk.says(replaced) == FORGED
    assert desk.publisher.asked.count(path) == 1
    monkeypatch.setattr(fetched, "FRESH", 0.0)
    assert desk.says(replaced) == 200
    assert desk.publisher.asked.count(path) == 2


def test_what_is_forged_drives_no_good_certificate_off_the_shelf() -> None:
    shelf = fetched.Shelf()
    for number in range(2 * fetched.MOST):
        shelf.keep(str(number), b"a file")
    kept = [number for number in range(2 * fetched.MOST) if shelf.known(str(number))]
    assert kept == list(range(fetched.MOST, 2 * fetched.MOST))


# The replay guard


def test_what_is_older_than_a_week_is_taken_only_if_it_was_heard_of_before(desk: Desk) -> None:
    url = good(desk.publisher, "/week.cer")
    young = notice(ResourceChangeUtcDate=(datetime.now(UTC) - timedelta(days=6.9)).isoformat())
    assert desk.says(certified(url, young)) == 200
    for old in ("2016-01-01T00:00:00.1234567+00:00", "2016-01-01T00:00:00", "2016-01-01"):
        with untouched():
            assert desk.says(certified(url, notice(ResourceChangeUtcDate=old))) == TOO_OLD
    with time_machine.travel(time.time() + 8 * DAYS), untouched():
        found = desk.receiver.post(certified(url, young))
        assert (found.status_code, found.headers["Idempotent-Replayed"]) == (200, "true")


def test_a_body_that_does_not_say_what_happened_or_when_is_refused(desk: Desk) -> None:
    url = good(desk.publisher)
    useless = {
        notice(ResourceChangeUtcDate=None): MISSING,
        notice(ResourceChangeUtcDate="yesterday"): INVALID,
        notice(ResourceChangeUtcDate=7): INVALID,
        notice(ResourceChangeUtcDate="0001-01-01T00:00:00+14:00"): INVALID,
        notice(EventName=None): MISSING,
        notice(EventName={}): INVALID,
        b"[]": UNPARSABLE,
        b'{"EventName": "a", "eventName": "b"}': UNPARSABLE,
        b"\xff": UNPARSABLE,
        BODY.decode().encode("utf-16"): UNPARSABLE,
    }
    with untouched():
        for body, expected in useless.items():
            assert (body, desk.says(certified(url, body))) == (body, expected)


# Forged


def test_there_are_forty_forgeries_and_more() -> None:
    assert sum(map(len, FORGERIES.values())) >= 40


def test_whatever_is_not_signed_well_is_refused_and_not_stored(desk: Desk) -> None:
    plain = certified(good(desk.publisher), BODY)
    with untouched():
        for what, kinds in FORGERIES.items():
            for kind, spoil in kinds.items():
                found = desk.receiver.post(spoil(desk, plain))
                assert (kind, refusal(found)) == (kind, FORGED)
                assert (found.json or {})["detail"].startswith(f"The {what} of this webhook is not"), kind
    assert "/nothing" in desk.publisher.asked
    assert desk.says(plain) == 200


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_header_of_the_vendors_it_is_a_bad_request(desk: Desk, value: str | None) -> None:
    sent = certified(good(desk.publisher), BODY)
    with untouched():
        assert desk.says(sent.but(X_MS_Certificate_Url=value)) == MISSING
        assert desk.says(sent.but(X_MS_Signature_Algorithm=value)) == MISSING


def test_what_a_source_with_a_secret_takes_a_certificate_does_not_open(desk: Desk) -> None:
    receiver, _ = by_secret(desk.receiver.app, partner("Northwind"))
    with untouched():
        assert refusal(receiver.post(certified(good(desk.publisher), BODY))) == FORGED


# Where certificates cannot be had


def test_a_certificate_that_cannot_be_had_now_is_asked_for_again_later(desk: Desk) -> None:
    """The sender tries again: a forgery it is not said to be."""
    closed, unknown = f"{HOST}:{free_port()}", "nowhere.invalid"
    other = by_certificate(desk.receiver.app, partner(), closed, unknown, desk.publisher.host)
    with untouched():
        for host in (closed, unknown):
            assert refusal(other.post(certified(f"https://{host}/a.cer", BODY))) == UNREACHABLE
        for status in (500, 503, 429):
            assert desk.says(is_given(b"", status)(desk, Sent(BODY))) == UNREACHABLE


def test_no_certificate_is_fetched_from_a_private_network_that_is_not_allowed(desk: Desk) -> None:
    hosts = ("10.0.0.1", "169.254.169.254", "192.168.1.1:8443")
    other = by_certificate(desk.receiver.app, partner(), *hosts)
    with untouched():
        for host in hosts:
            assert refusal(other.post(certified(f"https://{host}/a.cer", BODY))) == FORGED


def test_a_host_that_is_not_who_it_says_is_not_listened_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with untouched():
        assert desk.says(certified(good(desk.publisher, "/unproven.cer"), BODY)) == UNREACHABLE
    assert "/unproven.cer" not in desk.publisher.asked


def test_a_host_that_does_not_answer_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "PATIENCE", 0.2)
    with socket.create_server((HOST, 0)) as silent:
        host = f"{HOST}:{silent.getsockname()[1]}"
        other = by_certificate(desk.receiver.app, partner(), host)
        began = time.monotonic()
        assert refusal(other.post(certified(f"https://{host}/a.cer", BODY))) == UNREACHABLE
        assert time.monotonic() - began < 3


def test_forgeries_do_not_keep_everybody_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While as many are being waited for as may be, the next one is told at once to come again."""
    monkeypatch.setattr(fetched, "PATIENCE", 1.0)
    with socket.create_server((HOST, 0)) as silent, ThreadPoolExecutor(fetched.AT_A_TIME) as pool:
        host = f"{HOST}:{silent.getsockname()[1]}"
        other = by_certificate(desk.receiver.app, partner(), host)
        sent = certified(f"https://{host}/a.cer", BODY)

        def answered() -> Refusal:
            with other.app.app_context():
                return refusal(other.post(sent))

        waiting = [pool.submit(answered) for _ in range(fetched.AT_A_TIME)]
        held = [silent.accept()[0] for _ in waiting]
        began = time.monotonic()
        assert answered() == UNREACHABLE
        assert time.monotonic() - began < 0.8
        for connection in held:
            connection.close()
        assert [one.result() for one in waiting] == [UNREACHABLE] * fetched.AT_A_TIME
