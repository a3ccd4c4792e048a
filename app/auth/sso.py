"""Staff who sign in at their own organization: sent to the OIDC issuer, and coming back with what proves it."""

import hmac
import logging
import secrets
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from app import addresses
from app.auth import oidc
from app.auth.issuer import WITHIN, Unreachable, about
from app.core.refusals import Reason, Refused, refuse_if
from app.installation import installation

SCOPE = "openid profile email"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """What the browser keeps until it comes back; each is worth one sign-in."""

    state: str
    nonce: str
    verifier: str

    def as_cookie(self) -> dict[str, str]:
        return asdict(self)


def begin(back: str) -> tuple[str, Begun]:
    """Where to send the browser, and what it has to come back with."""
    begun = Begun(*(secrets.token_urlsafe(32) for _ in range(3)))
    with _client(back) as client:
        url, _ = client.create_authorization_url(
            _endpoint("authorization_endpoint"), state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
        )
    return str(url), begun


@dataclass(frozen=True)
class Known:
    """Whom the issuer says came back; `groups` is None when it names none at all, as of people in very many."""

    subject: str
    groups: tuple[str, ...] | None


def finish(back: str, begun: dict[str, Any], state: str, code: str) -> Known:
    kept = {name: str(begun.get(name) or "") for name in ("state", "nonce", "verifier")}
    sound = all(kept.values()) and hmac.compare_digest(kept["state"].encode(), state.encode())
    refuse_if(not sound or not code, Reason.SIGN_IN_BROKEN_OFF)
    token = _exchange(back, code, kept["verifier"])
    try:
        claims = oidc.verify_sign_in(token, kept["nonce"])
        return Known(oidc.subject(claims), _groups(claims))
    except Refused as refused:
        down = refused.reason is Reason.ISSUER_UNREACHABLE
        raise Refused(Reason.SIGN_IN_UNREACHABLE if down else Reason.SIGN_IN_BROKEN_OFF) from refused


def _exchange(back: str, code: str, verifier: str) -> str:
    """The ID token for the code that the browser brought."""
    there = _endpoint("token_endpoint")
    try:
        with _client(back) as client:
            client.trust_env = not addresses.is_loopback(urlsplit(there).hostname or "")
            client.max_redirects = 0
            answer = client.fetch_token(there, code=code, code_verifier=verifier)
    except RequestException as error:
        logger.warning("the OIDC issuer does not answer at its token endpoint: %s", type(error).__name__)
        raise Refused(Reason.SIGN_IN_UNREACHABLE) from error
    except (AuthlibBaseError, ValueError, TypeError) as error:
        logger.warning("the OIDC issuer gives no token: %s", type(error).__name__)
        raise Refused(Reason.SIGN_IN_BROKEN_OFF) from error
    return str(answer.get("id_token") or "")


def _client(back: str) -> OAuth2Session:
    config = installation().config
    return OAuth2Session(
        config.oidc_client_id,
        config.oidc_client_secret,
        scope=SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
        default_timeout=WITHIN,
    )


def _endpoint(name: str) -> str:
    """An address of the issuer's that may be called: https, but for this machine."""
    try:
        found = about(installation().config.oidc_issuer).get(name)
        return addresses.safe_url(found if isinstance(found, str) else "")
    except (Unreachable, ValueError) as error:
        logger.warning("the OIDC issuer cannot be asked for its %s: %s", name, error)
        raise Refused(Reason.SIGN_IN_UNREACHABLE) from error


def _groups(claims: dict[str, Any]) -> tuple[str, ...] | None:
    found = claims.get("groups")
    return tuple(str(one) for one in found) if isinstance(found, list) else None
