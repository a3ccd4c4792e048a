"""The keys of an OIDC issuer: read over the network, kept for a day, read again when a token names one that is new."""

import json
import logging
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from app import addresses

WITHIN = 5.0  # seconds for each of the two documents
LARGEST = 256 * 1024
ONCE_IN = timedelta(minutes=1)  # however many tokens name keys that nobody knows
GOOD_FOR = timedelta(days=1)
# An issuer that cannot be reached when its keys are due; after that they may have been withdrawn long ago.
AT_LONGEST = timedelta(days=2)
PUBLIC = ("kty", "alg", "n", "e", "crv", "x", "y")
SMALLEST_RSA = 2048

Key = RSAKey | ECKey
logger = logging.getLogger(__name__)


class Unreachable(Exception):
    """The issuer's keys cannot be read; the message says why in one line."""


class Issuer:
    """One issuer as this process knows it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._keys: Mapping[str, Key] = {}
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._trouble = ""
        self._alone = threading.Lock()

    def key(self, name: str, at: datetime) -> Key | None:
        """The key of that name; None when the issuer says there is none."""
        if name not in self._keys or _since(self._read_at, at) >= GOOD_FOR:
            self._read_again(at)
        known = self._keys.get(name) if _since(self._read_at, at) < AT_LONGEST else None
        if known is None and self._trouble:
            raise Unreachable(self._trouble)
        return known

    def _read_again(self, at: datetime) -> None:
        if not self._alone.acquire(timeout=2 * WITHIN):
            raise Unreachable(f"{self.url} does not answer")
        try:
            if _since(self._tried_at, at) < ONCE_IN:
                return
            self._tried_at = at
            self._keys, self._read_at, self._trouble = read(self.url), at, ""
        except Unreachable as trouble:
            self._trouble = str(trouble)
            logger.warning("the keys of the OIDC issuer cannot be read: %s", trouble)
        finally:
            self._alone.release()


@cache
def issuer(url: str) -> Issuer:
    """The one of this process."""
    return Issuer(url)


def _since(then: datetime | None, at: datetime) -> timedelta:
    """However the clock was set meanwhile."""
    return abs(at - then) if then else timedelta.max


def about(url: str) -> dict[str, Any]:
    """What the issuer says of itself: where its keys are, where people sign in."""
    found = _object(f"{url.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != url:
        raise Unreachable(f"the issuer at {url} calls itself {str(found.get('issuer'))[:200]!r}")
    return found


def read(url: str) -> dict[str, Key]:
    """The issuer's keys by their names, as it gives them now."""
    there = about(url).get("jwks_uri")
    given = _object(there if isinstance(there, str) else "").get("keys")
    found = [(jwk.get("kid"), _key(jwk)) for jwk in given if isinstance(jwk, dict)] if isinstance(given, list) else []
    keys = {name: key for name, key in found if isinstance(name, str) and key}
    if not keys:
        raise Unreachable(f"{there} holds no key for RS256, PS256 or ES256")
    return keys


def _key(jwk: dict[str, Any]) -> Key | None:
    """A public key to verify signatures with; what else an issuer may publish is not for us."""
    public = {name: jwk[name] for name in PUBLIC if name in jwk}
    try:
        verifies = jwk.get("use", "sig") == "sig" and "verify" in jwk.get("key_ops", ["verify"])
        if verifies and public["kty"] == "RSA" and base64_to_int(public["n"]).bit_length() >= SMALLEST_RSA:
            return RSAKey.import_key(public)
        if verifies and (public["kty"], public["crv"]) == ("EC", "P-256"):
            return ECKey.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        logger.warning("a key of the OIDC issuer is no key: %s", error)
    return None


def _object(url: str) -> dict[str, Any]:
    try:
        found = json.loads(_fetch(addresses.safe_url(url)))
    except (OSError, ValueError, HTTPException, RecursionError) as error:
        raise Unreachable(f"{url[:300]}: {error}") from error
    if not isinstance(found, dict):
        raise Unreachable(f"{url} is not a JSON object")
    return found


class _Stay(HTTPRedirectHandler):
    """An address elsewhere was never looked at by anybody: an answer that redirects is an error."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _fetch(url: str) -> bytes:
    """At most so many bytes in at most so much time, however slowly they come."""
    direct = [ProxyHandler({})] if addresses.is_loopback(urlsplit(url).hostname or "") else []
    over, body = monotonic() + WITHIN, b""
    try:
        with closing(build_opener(_Stay, *direct).open(url, timeout=WITHIN)) as answer:
            while piece := answer.read1(LARGEST + 1 - len(body)):
                body += piece
                if len(body) > LARGEST or monotonic() > over:
                    raise ValueError(f"more than {LARGEST // 1024} KiB, or slower than {WITHIN:g} s")
    except HTTPError as error:
        error.close()
        raise
    return body
