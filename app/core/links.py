"""Invitation links: the vendor's shape and parameters, plus a token that is derived and never stored."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlencode
from uuid import UUID

from app.core.vocabulary import InvitationKind

VENDOR = "https://admin.microsoft.com"
AGREEMENT_PAGE = "/BillingAccounts/agreement"
INVITATION_PAGE = "/BillingAccounts/partner-invitation"
MAC_BYTES = 16
ALWAYS = 0  # the generation of what does not die with a newer link
MASK = "*" * 8  # in the place of a token
TOKEN = re.compile("[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class LinkFacts:
    kind: InvitationKind
    partner_id: UUID
    reseller_id: UUID | None = None
    reseller_mpn: str | None = None
    dap: bool = False


def token(key: bytes, invitation: UUID, generation: int) -> str:
    """base64url(uuid ‖ the first 16 bytes of HMAC-SHA256(key, uuid ‖ generation)): 43 characters."""
    return base64.urlsafe_b64encode(invitation.bytes + _mac(key, invitation, generation)).rstrip(b"=").decode()


def _mac(key: bytes, invitation: UUID, generation: int) -> bytes:
    return hmac.digest(key, invitation.bytes + generation.to_bytes(4, "big"), hashlib.sha256)[:MAC_BYTES]


def invitation_of(text: str) -> UUID | None:
    """Which invitation a token claims to be of; says nothing about whether the claim is true."""
    if not TOKEN.fullmatch(text):
        return None
    return UUID(bytes=base64.urlsafe_b64decode(text + "=")[:16])


def genuine(key: bytes, text: str, invitation: UUID, generation: int) -> bool:
    return hmac.compare_digest(text.encode(), token(key, invitation, generation).encode())


def _query(facts: LinkFacts) -> dict[str, str]:
    if facts.kind is not InvitationKind.RELATIONSHIP:
        return {"ref": AGREEMENT_PAGE}
    dap = {"DAP": str(facts.dap).lower()}
    if facts.reseller_id is None:
        return {
            "invType": "ResellerRelationship",
            "partnerId": str(facts.partner_id),
            "msppId": "0",
            **dap,
        }
    return {
        "invType": "IndirectResellerRelationship",
        "partnerId": str(facts.reseller_id),
        "msppId": facts.reseller_mpn or "0",
        "indirectCSPId": str(facts.partner_id),
        **dap,
    }


@lru_cache(maxsize=1000)
def _tail(facts: LinkFacts) -> str:
    fragment = f"#{INVITATION_PAGE}" if facts.kind is InvitationKind.RELATIONSHIP else ""
    return f"?{urlencode(_query(facts), safe='/', quote_via=quote)}{fragment}"


def builtin(base_url: str, live_token: str, facts: LinkFacts) -> str:
    """The link to our own portal: the vendor's path and parameters with the token between."""
    return f"{base_url}/AdminPortal/Home/{live_token}{_tail(facts)}"


def vendor(facts: LinkFacts) -> str:
    """The vendor's true URL; its relationship links spell the path `Adminportal`."""
    path = "Adminportal" if facts.kind is InvitationKind.RELATIONSHIP else "AdminPortal"
    return f"{VENDOR}/{path}/Home{_tail(facts)}"


def reveal(base_url: str, live_token: str) -> str:
    """Where a first password is shown once."""
    return f"{base_url}/reveal/{live_token}"


def stop(base_url: str, live_token: str) -> str:
    """Where reminders are ended."""
    return f"{base_url}/stop/{live_token}"
