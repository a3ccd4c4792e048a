"""The keys of an OIDC issuer: found, kept, read anew; and what happens while they cannot be read."""

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from app.auth import acts
from app.auth.issuer import issuer as kept
from app.models import Staff
from tests.issuer import ABOUT, KEYS, Issuer, ec_key, rsa_key, segment
from tests.web.v1.issued import DOWN, ask, claims, good, the_ana, the_config, the_issuer, the_server  # noqa: F401
from tests.web.v1.programs import (
    NOT_SIGNED_IN,
    token,
)


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
    "too large": lambda it: it.says(KEYS, it.pages[KEYS][1] + b" " * 256 * 1024),
    "another's": lambda it: about(it, issuer="https://evil.example"),
    "keys in the clear": lambda it: about(it, jwks_uri="http://keys.example/keys"),
    "keys in a file": lambda it: about(it, jwks_uri="file:///etc/hostname"),
    "keys in the address": lambda it: about(it, jwks_uri=f"data:;base64,{b64encode(it.pages[KEYS][1]).decode()}"),
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
