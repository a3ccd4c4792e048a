"""The browser's side of a one-time link to a first password: beside an invitation's visit, in the same cookie."""

from dataclasses import dataclass
from uuid import UUID

from flask import session as cookie
from sqlalchemy import select

from app import tongue
from app.auth import visits
from app.auth.acts import now
from app.auth.visits import REVEAL
from app.core import contact as text
from app.core import revealing
from app.core.refusals import Reason, Refused
from app.db import db
from app.installation import installation
from app.models import RELATED, CustomerUser, Machine, Partner, Relationship, Reveal

GENERATION, SESSION = f"{REVEAL}_generation", f"{REVEAL}_session"


@dataclass
class Showing:
    """One browser, one link, and everything around it."""

    reveal: Reveal
    user: CustomerUser
    machine: Machine
    relationship: Relationship
    partner: Partner

    @property
    def session(self) -> UUID | None:
        return text.uuid(cookie.get(SESSION))

    @property
    def asked(self) -> bool:
        """This browser waits for a code."""
        return self.session is not None and self.session == self.reveal.session

    @property
    def identified(self) -> bool:
        return revealing.identified(now(), self.reveal, self.session)

    @property
    def asker(self) -> str:
        return visits.asker(self.machine, self.partner)

    @property
    def masked_email(self) -> str:
        return visits.masked(self.reveal.email)

    @property
    def invited(self) -> bool:
        """The same browser is at an invitation, too."""
        return "invitation" in cookie


def by_token(token: str) -> Reveal | None:
    """The row of a live link; used and dead ones are nothing, too."""
    row = visits.linked(Reveal, installation().keys.reveal, token)
    return row if row and _alive(row, db.session.get_one(CustomerUser, row.customer_user_id)) else None


def _alive(row: Reveal, user: CustomerUser) -> bool:
    return row.revealed_at is None and revealing.shows(now(), row, user)


def remember(row: Reveal) -> None:
    """Whoever follows the same link again goes on where they were."""
    if (cookie.get(REVEAL), cookie.get(GENERATION)) == (str(row.id), row.generation):
        return
    cookie.pop(SESSION, None)
    cookie.permanent = True
    cookie[REVEAL], cookie[GENERATION] = str(row.id), row.generation


def attach(session: UUID) -> None:
    cookie[SESSION] = str(session)


def current(again: bool = False) -> Showing:
    """The link of this browser, while there is something to show; with `again`, for a form that was sent twice."""
    raw = cookie.get(REVEAL)
    if raw is None:
        raise Refused(Reason.LINK_NEEDED)
    found = db.session.execute(
        select(Reveal, CustomerUser, Machine, Relationship, Partner)
        .join(CustomerUser, CustomerUser.id == Reveal.customer_user_id)
        .join(Machine, Machine.id == Reveal.machine_id)
        .join(Relationship, RELATED)
        .join(Partner, Partner.id == Machine.partner_id)
        .where(Reveal.id == UUID(raw), Reveal.generation == cookie.get(GENERATION))
    ).one_or_none()
    showing = Showing(*found) if found else None
    tongue.prefer(showing.relationship.language if showing else None)
    if showing is None or not (again or _alive(showing.reveal, showing.user)):
        raise Refused(Reason.INVITATION_REVOKED)
    return showing
