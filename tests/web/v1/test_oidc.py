"""Access tokens of an OIDC issuer: whom they open the API for, and every kind that must not."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from app import create_app
from app.auth import acts
from app.auth.issuer import issuer as kept
from app.commands import staff as commands
from app.config import Config, load
from app.core.vocabulary import Role
from app.db import db
from app.models import ServiceAccount, Staff
from tests.channel import done, hire
from tests.issuer import ABOUT, CLIENT, KEYS, Issuer, ec_key, rsa_key, segment, signed
from tests.model import reading
from tests.rows import change
from tests.web.tables import dump
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import (
    NOT_SIGNED_IN,
    Program,
    Refusal,
    account,
    confirmation,
    of,
    refusal,
    token,
    untouched,
)

LIST = "/v1/attestationdrafts"
OVER: Refusal = (401, 800001, "token-expired")
DOWN: Refusal = (503, 2000, "issuer-unreachable")
TENANT, ANA = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555"
SUBJECT = f"{TENANT}|{ANA}"
H = TypeVar("H", Staff, ServiceAccount)


@pytest.fixture(scope="module")
def served() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def config(database_url: str, served: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Config:
    instance = str(tmp_path_factory.mktemp("instance"))
    given = {"INSTANCE": instance, "DATABASE_URL": database_url, "OIDC_ISSUER": served.url, "OIDC_CLIENT_ID": CLIENT}
    return load({f"ASSENT_{name}": value for name, value in given.items()})


@pytest.fixture
def issuer(served: Issuer) -> Issuer:
    """Asked by nobody yet."""
    served.reset()
    kept.cache_clear()
    return served


@pytest.fixture
def ana(desk: Desk) -> Staff:
    return identified(desk.ana)


def identified(holder: H, subject: str = SUBJECT) -> H:
    for kind in (Staff, ServiceAccount):
        change(kind, kind.subject == subject, subject=None)
    done(commands.identify, acts.console(), holder, subject)
    return holder


def claims(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    """Of a token for Ana; None leaves a claim out."""
    now = int(acts.now().timestamp())
    given = {
        "iss": issuer.url,
        "aud": CLIENT,
        "sub": "pairwise",
        "tid": TENANT,
        "oid": ANA,
        "email": "eve@evil.example",
    }
    given |= {"iat": now, "nbf": now, "exp": now + 600} | changes
    return {name: value for name, value in given.items() if value is not None}


def good(issuer: Issuer, **changes: Any) -> str:
    return issuer.token(rsa_key("one"), claims(issuer, **changes))


def ask(app: Flask, secret: str) -> Refusal | int:
    found = Program(app, secret).send("GET", LIST)
    return found.status_code if found.status_code == 200 else refusal(found)


# Whom they open the API for


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
@pytest.mark.parametrize("kind", ["at+jwt", "JWT", "application/AT+JWT"])
def test_a_token_for_somebody_known_opens_the_api(app: Flask, ana: Staff, issuer: Issuer, alg: str, kind: str) -> None:
    key = ec_key("curve") if alg == "ES256" else rsa_key("one")
    for aud in (CLIENT, ["https://other.example", CLIENT]):
        assert ask(app, issuer.token(key, claims(issuer, aud=aud), alg, typ=kind)) == 200
    assert issuer.asked == [ABOUT, KEYS]


def test_it_is_tenant_and_object_that_count_and_the_subject_where_these_are_not(
    app: Flask, ana: Staff, issuer: Issuer
) -> None:
    assert ask(app, good(issuer, sub=SUBJECT, oid="0" * 32)) == NOT_SIGNED_IN
    assert ask(app, good(issuer, sub=ana.email, tid=None, email=ana.email)) == NOT_SIGNED_IN
    identified(ana, "auth0|5f7c8ec7c33c6c004bbafe82")
    assert ask(app, good(issuer)) == NOT_SIGNED_IN
    for left_out in ("tid", "oid"):
        assert ask(app, good(issuer, sub="auth0|5f7c8ec7c33c6c004bbafe82", **{left_out: None})) == 200


def test_what_a_person_does_goes_on_record_with_how_the_person_was_known(
    app: Flask, desk: Desk, ana: Staff, issuer: Issuer
) -> None:
    case = desk.customer()
    found = Program(app, good(issuer)).made(of(case, "agreements"), confirmation())
    assert found["userId"] == str(ana.id)
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert record["actor"] == {"kind": "staff", "id": str(ana.id), "role": "admin-agent", "method": "oidc"}
    assert ANA not in repr((record, reading.personal(case.machine.id)))


def test_a_service_account_vouches_for_a_true_employee_as_with_a_token_of_ours(
    app: Flask, desk: Desk, issuer: Issuer
) -> None:
    robot, case = identified(account(desk.fabrikam)), desk.customer()
    who = Program(app, good(issuer))
    assert who.says(of(case, "agreements"), confirmation()) == (400, 3000, "missing-field")
    who.made(of(case, "agreements"), confirmation(onBehalfOf="Ana Lind <ana@fabrikam.example>"))
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert (record["actor"]["id"], record["actor"]["method"]) == (str(robot.id), "oidc")


def test_roles_are_ours_and_none_that_a_token_claims(app: Flask, desk: Desk, issuer: Issuer) -> None:
    identified(hire(desk.fabrikam, Role.HELPDESK_AGENT))
    found = Program(app, good(issuer, roles=["admin-agent"], scp="admin-agent")).post(
        of(desk.customer(), "agreements"), confirmation()
    )
    assert refusal(found) == (403, 900150, "role-not-allowed")


# Which are over


def test_a_token_that_is_over_says_so_a_minute_late(app: Flask, ana: Staff, issuer: Issuer) -> None:
    now = int(acts.now().timestamp())
    assert ask(app, good(issuer, exp=now - 30)) == 200
    assert ask(app, good(issuer, exp=now - 61)) == OVER
    assert ask(app, good(issuer, exp=now - 61, aud="another")) == NOT_SIGNED_IN
    assert ask(app, issuer.token(rsa_key("other"), claims(issuer, exp=now - 61), kid="one")) == NOT_SIGNED_IN


def test_whoever_was_disabled_is_let_in_no_more(app: Flask, desk: Desk, ana: Staff, issuer: Issuer) -> None:
    assert ask(app, good(issuer)) == 200
    change(Staff, Staff.id == ana.id, disabled_at=acts.now())
    assert ask(app, good(issuer)) == OVER
    robot = identified(account(desk.fabrikam))
    change(ServiceAccount, ServiceAccount.id == robot.id, disabled_at=acts.now())
    assert ask(app, good(issuer)) == OVER


# Forgeries


HEAD: dict[str, Any] = {"alg": "RS256", "kid": "one", "typ": "at+jwt"}


def forgeries(issuer: Issuer) -> Iterator[tuple[str, str]]:
    one, other = rsa_key("one"), rsa_key("other")
    head, body = HEAD, claims(issuer)
    sound, more = good(issuer), dict[str, Any]()
    header, payload, signature = sound.split(".")
    for name in ("none", "None", "NONE", ""):
        yield f"alg {name!r}", f"{segment(head | {'alg': name})}.{payload}."
        yield f"alg {name!r} with a signature", signed(head | {"alg": name}, body, one)
    for secret in (one.as_pem(private=False), one.as_der(private=False), b"", str(one.as_dict()["n"]).encode()):
        text = f"{segment(head | {'alg': 'HS256'})}.{payload}"
        yield "HS256 by what is public", f"{text}.{segment(hmac.digest(secret, text.encode(), hashlib.sha256))}"
    for alg in ("RS384", "RS512", "PS384", "PS512"):
        yield alg, issuer.token(one, body, alg)
    yield "ES384", issuer.token(ec_key("large", ec.SECP384R1), body, "ES384", kid="curve")
    yield "a strange alg", signed(head | {"alg": "EdDSA"}, body, one)
    yield "no alg", signed({"kid": "one", "typ": "JWT"}, body, one)
    yield "an alg that is no word", signed(head | {"alg": ["RS256"]}, body, one)
    yield "ES256 of an RSA key", signed(head | {"alg": "ES256"}, body, one)
    yield "RS256 of an EC key", signed(head | {"kid": "curve"}, body, one)
    yield "PS256 that is RS256", signed(head | {"alg": "PS256"}, body, one)
    yield "another's key", issuer.token(other, body, kid="one")
    yield "another's curve", issuer.token(ec_key("other"), body, "ES256", kid="curve")
    yield "an unknown kid", issuer.token(other, body)
    yield "no kid", signed({"alg": "RS256", "typ": "JWT"}, body, one)
    for kid in (1, ["one"], {"kid": "one"}, None, "", "../one"):
        yield f"kid {kid}", signed(head | {"kid": kid}, body, one)
    for more in (
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": 1},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
    ):
        yield f"header {more}", signed(head | more, body, one)
    mine = other.as_dict(private=False)
    for more in ({"jwk": mine}, {"jku": f"{issuer.url}/mine"}, {"x5u": f"{issuer.url}/mine"}, {"x5c": ["MIIB"]}):
        yield f"header {more} by another's key", signed(head | more, body, other)
        yield f"header {more}", signed(head | more, body, one)
    yield "nested", signed(head | {"cty": "JWT"}, sound.encode(), one)
    yield "said to be encrypted", signed(head | {"enc": "A128GCM"}, body, one)
    for kind in ("id+jwt", "logout+jwt", "dpop+jwt", "JOSE", "", None, 7, ["JWT"]):
        yield f"typ {kind}", signed(head | {"typ": kind}, body, one)
    yield "no typ", signed({"alg": "RS256", "kid": "one"}, body, one)
    for what in (b"", b"{", b"[]", b'"JWT"', b"null", b"\xff", b"[" * 5000, b'{"a":' * 1000):
        yield f"payload {what[:9]!r}", signed(head, what, one)
        yield f"header {what[:9]!r}", signed(what, body, one)
    for cut in (f"{header}.{payload}.", f"{header}..{signature}", f".{payload}.{signature}", "..", "a.b.c", "é.é.é"):
        yield f"cut {cut[-9:]}", cut
    yield "another's words", f"{header}.{segment(body | {'scp': 'all'})}.{signature}"
    yield "a cut signature", sound[:-4]
    yield "a padded signature", f"{sound}=="
    yield "too long", signed(head, body | {"more": "x" * 16_384}, one)
    yield "four parts", f"{sound}.{signature}"
    yield "five parts", f"{sound}.{signature}.{signature}"
    yield "two parts", f"{header}.{payload}"
    later = int(acts.now().timestamp()) + 90
    wrong: list[dict[str, Any]] = [
        *(
            {"iss": iss}
            for iss in (None, "", "https://evil.example", f"{issuer.url}/", issuer.url.upper(), [issuer.url])
        ),
        *({"aud": aud} for aud in (None, "", "assent", [], ["assent"], [CLIENT, 7], {CLIENT: 1}, CLIENT.upper())),
        *({"exp": exp} for exp in (None, "", str(later), True, [later], float("nan"), float("inf"))),
        *({"nbf": nbf} for nbf in (later, str(later), float("nan"))),
        *({"iat": iat} for iat in (later, "now", float("nan"))),
        *({"oid": oid} for oid in ("nobody", f"{ANA} ", ANA[:-1], f"{ANA}\0", "\ud800", "x" * 400, [ANA], 7)),
        *({"tid": None, "sub": sub} for sub in (None, "", 7, [SUBJECT], "ana@fabrikam.example", "\0")),
        *({name: "x"} for name in ("nonce", "at_hash", "c_hash", "events")),
    ]
    for claim in wrong:
        yield f"claim {claim}", signed(head, {k: v for k, v in (body | claim).items() if v is not None}, one)


def test_every_forgery_is_answered_alike_and_asks_nothing_of_the_issuer_twice(
    app: Flask, ana: Staff, issuer: Issuer
) -> None:
    expected = Program(app, "asn_made-up").send("GET", LIST).json
    assert ask(app, signed(HEAD, claims(issuer), rsa_key("one"))) == 200, "what all of these are made from opens"
    tried = list(forgeries(issuer))
    assert len({secret for _, secret in tried}) > 90
    with untouched():
        for name, secret in tried:
            found = Program(app, secret).send("GET", LIST)
            assert (name, refusal(found), found.json) == (name, NOT_SIGNED_IN, expected)
    assert issuer.asked == [ABOUT, KEYS]


def test_a_token_opens_nothing_by_another_scheme_or_where_no_issuer_is_set(
    app: Flask, ana: Staff, issuer: Issuer, config: Config
) -> None:
    found = Program(app).send("GET", LIST, {"Authorization": f"Basic {good(issuer)}"})
    assert refusal(found) == NOT_SIGNED_IN
    other = create_app(load({"ASSENT_INSTANCE": str(config.instance), "ASSENT_DATABASE_URL": config.database_url}))
    assert ask(other, good(issuer)) == NOT_SIGNED_IN
    with other.app_context():
        db.engine.dispose()
    assert issuer.asked == []


# The issuer's keys


def test_a_new_key_is_found_without_a_restart_but_looked_for_once_a_minute(
    app: Flask, ana: Staff, issuer: Issuer
) -> None:
    former = good(issuer)
    assert ask(app, former) == 200
    issuer.publish(rsa_key("two"))
    for _ in range(3):
        assert ask(app, issuer.token(rsa_key("two"), claims(issuer))) == NOT_SIGNED_IN
    assert issuer.asked == [ABOUT, KEYS]
    with time_machine.travel(acts.now() + timedelta(seconds=61)):
        assert ask(app, issuer.token(rsa_key("two"), claims(issuer))) == 200
        assert ask(app, former) == NOT_SIGNED_IN
    assert issuer.asked == [ABOUT, KEYS] * 2


def test_keys_are_read_anew_once_a_day_and_count_a_day_longer_while_that_fails(
    app: Flask, ana: Staff, issuer: Issuer
) -> None:
    start = acts.now()
    assert ask(app, good(issuer)) == 200
    issuer.says(KEYS, b"", 500)
    for hours, found in ((23, 200), (25, 200), (47, 200), (49, DOWN)):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert (hours, ask(app, good(issuer))) == (hours, found)
    assert len(issuer.asked) == 8
    issuer.publish(rsa_key("one"))
    with time_machine.travel(start + timedelta(hours=50)):
        assert ask(app, good(issuer)) == 200


def about(it: Issuer, **changes: object) -> None:
    it.says(ABOUT, {"issuer": it.url, "jwks_uri": f"{it.url}/keys"} | changes)


def key(it: Issuer, **changes: object) -> None:
    it.publish(rsa_key("one"), **changes)


TROUBLES: dict[str, Callable[[Issuer], None]] = {
    "a fault": lambda it: it.says(ABOUT, b"", 500),
    "a redirect": lambda it: it.says(KEYS, b"", 302, Location=f"{it.url}/.well-known/openid-configuration"),
    "no JSON": lambda it: it.says(ABOUT, b"<html>"),
    "nothing": lambda it: it.says(ABOUT, b""),
    "a list": lambda it: it.says(KEYS, []),
    "deep": lambda it: it.says(KEYS, b"[" * 200_000),
    "cut short": lambda it: it.says(KEYS, b"{}", 200, **{"Content-Length": "100"}),
    "too large": lambda it: it.says(KEYS, {"keys": [], "more": "x" * 256 * 1024}),
    "another's": lambda it: about(it, issuer="https://evil.example"),
    "keys in the clear": lambda it: about(it, jwks_uri="http://keys.example/keys"),
    "keys in a file": lambda it: about(it, jwks_uri="file:///etc/hostname"),
    "keys nowhere": lambda it: about(it, jwks_uri=None),
    "keys at no port": lambda it: about(it, jwks_uri="http://127.0.0.1:x/"),
    "keys at no address": lambda it: about(it, jwks_uri="http://127.0.0.1:1/ \r\nX: y"),
    "no keys": lambda it: it.says(KEYS, {"keys": []}),
    "keys that are none": lambda it: it.says(
        KEYS, {"keys": [7, {}, {"kty": "RSA", "kid": "one", "n": 7, "e": "AQAB"}]}
    ),
    "a number of keys": lambda it: it.says(KEYS, {"keys": 7}),
    "a secret": lambda it: it.says(KEYS, {"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}]}),
    "for encryption": lambda it: key(it, use="enc"),
    "not to verify with": lambda it: key(it, key_ops=["encrypt"]),
    "without a name": lambda it: key(it, kid=7),
    "weak": lambda it: key(it, n=segment(b"\xff" * 128)),
    "of another curve": lambda it: it.publish(ec_key("large", ec.SECP384R1)),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_while_the_issuer_cannot_be_asked_its_tokens_wait_and_ours_open(
    app: Flask, ana: Staff, issuer: Issuer, trouble: str
) -> None:
    TROUBLES[trouble](issuer)
    for _ in range(2):
        assert ask(app, good(issuer)) == DOWN
    assert ask(app, token(ana)) == 200
    asked = len(issuer.asked)
    issuer.reset()
    with time_machine.travel(acts.now() + timedelta(seconds=61)):
        assert ask(app, good(issuer)) == 200
    assert asked in (1, 2)


def test_many_at_once_ask_once(app: Flask, issuer: Issuer) -> None:
    one, at = kept(issuer.url), acts.now()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: one.key("one", at), range(16)))
    assert all(found)
    assert issuer.asked == [ABOUT, KEYS]


def test_no_token_stands_in_any_table(app: Flask, desk: Desk, ana: Staff, issuer: Issuer) -> None:
    secret = good(issuer)
    Program(app, secret).made(of(desk.customer(), "agreements"), confirmation())
    text = dump()
    assert SUBJECT in text, "the dump does show what is there"
    assert not any(part in text for part in secret.split("."))
