"""Tokens of the configured OIDC issuer: what one claims, once nothing about it can be a forgery."""

import hmac
import json
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from app.auth.acts import now
from app.auth.issuer import Unreachable, issuer
from app.core.refusals import Reason, Refused, refuse_if
from app.installation import installation

LONGEST = 16 * 1024
LEEWAY = 60
ALGORITHMS = ("RS256", "PS256", "ES256")
TYPES = ("at+jwt", "application/at+jwt", "jwt")
ID_TYPES = ("jwt", "")
# These change what is signed, wrap another token, or bring along the key it is to be verified with.
BARRED = frozenset(["crit", "b64", "cty", "enc", "zip", "jwk", "jku", "x5u", "x5c"])
# What a client reads about a sign-in, or is told of its end, is no key to anything.
OF_ANOTHER_KIND = frozenset(["nonce", "at_hash", "c_hash", "events"])
TOLD_LATER = frozenset(["events"])


class Forged(Exception):
    """Why is nobody's business: every forgery is answered alike."""


class Registry(JWSRegistry):
    max_header_length = 4096
    max_signature_length = 2048


def verify(token: str) -> dict[str, Any]:
    """The claims of an access token that the issuer signed, for us, and that holds now."""
    return _claims(token, TYPES, OF_ANOTHER_KIND)


def verify_sign_in(token: str, nonce: str) -> dict[str, Any]:
    """The claims of the ID token that answers the one sign-in which this nonce began."""
    claims = _claims(token, ID_TYPES, TOLD_LATER)
    same = hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
    party = claims.get("azp", installation().config.oidc_client_id)
    ours = same and party == installation().config.oidc_client_id
    refuse_if(not ours, Reason.NOT_SIGNED_IN)
    return claims


def _claims(token: str, kinds: tuple[str, ...], barred: frozenset[str]) -> dict[str, Any]:
    at = now()
    try:
        header = _header(token, kinds)
        claims = _signed(token, header, at)
        _check(claims, at, barred)
    except ExpiredTokenError as error:
        raise Refused(Reason.TOKEN_EXPIRED) from error
    except Unreachable as error:
        raise Refused(Reason.ISSUER_UNREACHABLE) from error
    except (Forged, JoseError, ValueError, RecursionError) as error:
        raise Refused(Reason.NOT_SIGNED_IN) from error
    return claims


def subject(claims: dict[str, Any]) -> str:
    """Who it is: tenant and object of the vendor's directory, or the subject; never an address, which is reused."""
    tenant, person = claims.get("tid"), claims.get("oid")
    named = tenant and person and isinstance(tenant, str) and isinstance(person, str)
    found = f"{tenant}|{person}" if named else claims.get("sub")
    if not isinstance(found, str) or not found.isprintable():
        raise Refused(Reason.NOT_SIGNED_IN)
    return found


def _header(token: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Looked at before any key is asked for."""
    if len(token) > LONGEST:
        raise Forged
    header = json.loads(urlsafe_b64decode(token.encode("ascii").partition(b".")[0]))
    if not isinstance(header, dict) or BARRED & header.keys():
        raise Forged
    kind, name = header.get("typ", ""), header.get("kid")
    if not isinstance(kind, str) or kind.lower() not in kinds or not isinstance(name, str):
        raise Forged
    if header.get("alg") not in ALGORITHMS:
        raise Forged
    return header


def _signed(token: str, header: dict[str, Any], at: datetime) -> dict[str, Any]:
    key = issuer(installation().config.oidc_issuer).key(header["kid"], at)
    if key is None:
        raise Forged
    registry = Registry(algorithms=ALGORITHMS, strict_check_header=False)
    return jwt.decode(token, key, registry=registry).claims


def _check(claims: dict[str, Any], at: datetime, barred: frozenset[str]) -> None:
    """That it is the issuer's, for us and begun; then only whether it is over."""
    config, moment = installation().config, int(at.timestamp())
    if barred & claims.keys() or "exp" not in claims:
        raise Forged
    whose = JWTClaimsRegistry(
        moment,
        LEEWAY,
        iss={"essential": True, "value": config.oidc_issuer},
        aud={"essential": True, "value": config.oidc_client_id},
    )
    whose.validate({name: value for name, value in claims.items() if name != "exp"})
    JWTClaimsRegistry(moment, LEEWAY).validate_exp(claims["exp"])
