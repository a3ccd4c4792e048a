"""The browser's side of the portal: what its signed cookie says, and whether that still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from flask import session as cookie
from sqlalchemy import exists, select

from app import tongue
from app.auth.acts import now
from app.core import links
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import InvitationStatus
from app.db import db
from app.installation import installation
from app.models import RELATED, CustomerUser, Invitation, Machine, Partner, PortalSession, Relationship, Reveal
from app.tongue import gettext

Row = TypeVar("Row", Invitation, Reveal)

ABSOLUTE = timedelta(hours=12)
# The cookie's names around a one-time link begin with this: one browser can be at both.
REVEAL = "reveal"
# What the cookie says about an invitation, and about an account that signed in without one.
VISIT, ACCOUNT = ("invitation", "generation", "session"), "account"
# All that is dropped when a customer signs out; whatever else the cookie says is no business of the portal's.
NAMES = (*VISIT, ACCOUNT)


@dataclass
class Visit:
    """One browser, one invitation, and everything around it."""

    invitation: Invitation
    machine: Machine
    relationship: Relationship
    partner: Partner
    # What the cookie names. Once it is replaced by another, all it does is to lead there.
    named: PortalSession | None

    @property
    def session(self) -> PortalSession | None:
        return self.named if self.named and not self.named.replaced_by else None

    @property
    def identified(self) -> bool:
        return self.session is not None and self.session.method is not None

    @property
    def user(self) -> CustomerUser | None:
        known = self.session.customer_user_id if self.session else None
        return db.session.get(CustomerUser, known) if known else None

    @property
    def asker(self) -> str:
        return asker(self.machine, self.partner)

    @property
    def has_accounts(self) -> bool:
        """True when somebody can sign in with a user name that was made with the tenant."""
        held = exists().where(CustomerUser.customer_id == self.machine.customer_id, CustomerUser.disabled_at.is_(None))
        return bool(db.session.scalar(select(held)))

    @property
    def masked_email(self) -> str:
        return masked(self.invitation.email)

    @property
    def may_be_handed_over(self) -> bool:
        """Where the links lead to the vendor's pages, nobody could answer in another's place."""
        return installation().config.portal == "builtin"

    @property
    def alive(self) -> bool:
        return self.invitation.status is InvitationStatus.OPEN and now() < self.invitation.expires_at


def asker(machine: Machine, partner: Partner) -> str:
    """Who asks, as the customer knows it: the reseller it deals with, and the provider behind it."""
    reseller = db.session.get(Partner, machine.reseller_id) if machine.reseller_id else None
    if reseller is None:
        return partner.name
    return gettext("%(reseller)s (through %(provider)s)", reseller=reseller.name, provider=partner.name)


def masked(email: str) -> str:
    """Enough for the right person to know the mailbox, not enough for another to learn it."""
    local, _, domain = email.rpartition("@")
    return f"{local[0]}•••@{domain}"


def linked(table: type[Row], key: bytes, token: str, generation: int | None = None) -> Row | None:
    """What a link is of, by the key of its purpose; foreign, cut and guessed links are all the same nothing.

    A link dies with the generation of its row, but for one of a `generation` that stays.
    """
    claimed = links.invitation_of(token)
    row = db.session.get(table, claimed) if claimed else None
    if row is None or not links.genuine(key, token, row.id, row.generation if generation is None else generation):
        return None
    return row


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation of a live link; dead ones are nothing, too."""
    row = linked(Invitation, installation().keys.link, token)
    return row if row and row.status is InvitationStatus.OPEN and now() < row.expires_at else None


def remember(invitation: Invitation) -> None:
    """Begin a visit; whoever follows the same link again goes on where they were."""
    if (cookie.get("invitation"), cookie.get("generation")) == (str(invitation.id), invitation.generation):
        return
    _drop(VISIT)
    cookie.permanent = True
    cookie["invitation"], cookie["generation"] = str(invitation.id), invitation.generation


def attach(session: PortalSession) -> None:
    cookie["session"] = str(session.id)


def forget() -> None:
    _drop([name for name in cookie if name in NAMES or name.startswith(REVEAL)])


def _drop(names: Iterable[str]) -> None:
    for name in names:
        cookie.pop(name, None)


def current() -> Visit:
    """The visit of this browser; refused as `invitation-revoked` when its link stopped being one."""
    raw, generation = cookie.get("invitation"), cookie.get("generation")
    if raw is None:
        raise Refused(Reason.LINK_NEEDED)
    found = db.session.execute(
        select(Invitation, Machine, Relationship, Partner)
        .join(Machine, Machine.id == Invitation.machine_id)
        .join(Relationship, RELATED)
        .join(Partner, Partner.id == Machine.partner_id)
        .where(Invitation.id == UUID(raw), Invitation.generation == generation)
    ).one_or_none()
    if found is None:
        raise Refused(Reason.INVITATION_REVOKED)
    tongue.prefer(found[0].language)
    visit = Visit(*found, named=_session(found[0]))
    if not visit.alive and not visit.identified:
        raise Refused(Reason.INVITATION_REVOKED)
    return visit


def known() -> Visit | None:
    """The visit of this browser, where there is one and its person has been identified."""
    try:
        visit = current()
    except Refused:
        return None
    return visit if visit.identified else None


def alive() -> Visit:
    """The visit of a browser whose invitation can still be answered: nobody is identified for another."""
    visit = current()
    refuse_if(not visit.alive, Reason.INVITATION_REVOKED)
    return visit


def _session(invitation: Invitation) -> PortalSession | None:
    raw = cookie.get("session")
    row = db.session.get(PortalSession, UUID(raw)) if raw else None
    if row is None or row.invitation_id != invitation.id or row.generation != invitation.generation:
        return None
    user = db.session.get(CustomerUser, row.customer_user_id) if row.customer_user_id else None
    if user is not None and user.disabled_at is not None:
        return None
    return row if now() - row.created_at < ABSOLUTE else None
