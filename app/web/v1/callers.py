"""Who calls the API, by which rules, and addresses to answer with."""

from uuid import UUID

from flask import g

from app.core.act import Act
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused
from app.installation import installation
from app.models import Partner
from app.queries import rulebooks, scope


def caller() -> Act:
    act: Act = g.act
    return act


def partner() -> Partner:
    """Whose token it is: every one is a partner's."""
    id = caller().partner_id
    if id is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    return scope.partner(id)


def url(path: str) -> str:
    return f"{installation().config.base_url}{path}"


def rules_of(partner_id: UUID) -> Rulebook:
    """The rules that hold for a partner, the installation's and its own, looked up once a request."""
    known: dict[UUID, Rulebook] = g.setdefault("rules", {})
    if partner_id not in known:
        known[partner_id] = rulebooks.of(installation().rules, partner_id)
    return known[partner_id]
