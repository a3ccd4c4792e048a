"""Tokens as somebody forges them: each is a good one but for one thing."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from app.auth import acts
from tests.issuer import CLIENT, Issuer, ec_key, rsa_key, segment, signed
from tests.web.v1.issued import (  # noqa: F401
    ANA,
    DOWN,
    LIST,
    OVER,
    SUBJECT,
    ask,
    claims,
    good,
    identified,
    the_ana,
    the_config,
    the_issuer,
    the_server,
)

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
