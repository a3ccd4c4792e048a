"""The browser's side of the portal's home: whose account it is, and of which partners somebody at the portal reads."""

from dataclasses import dataclass, replace
from uuid import UUID

from flask import session as cookie

from app.auth import acts, visits
from app.auth.acts import now
from app.auth.visits import ABSOLUTE, ACCOUNT
from app.core import contact as text
from app.core.act import Act
from app.core.refusals import Reason, Refused
from app.core.vocabulary import InvitationStatus, Method
from app.db import db
from app.models import AccountSession, CustomerUser


@dataclass(frozen=True)
class Reader:
    """Somebody of a tenant, and the one partner whose agreement is shown, or None for all the tenant works with."""

    act: Act
    customer_id: UUID
    partner_id: UUID | None = None


def attach(session: AccountSession) -> None:
    cookie.permanent = True
    cookie[ACCOUNT] = str(session.id)


def session() -> AccountSession | None:
    """The session of this browser; none that is over, nor of a user who is disabled."""
    known = text.uuid(cookie.get(ACCOUNT))
    row = db.session.get(AccountSession, known) if known else None
    if row is None or row.ended_at is not None or now() - row.created_at >= ABSOLUTE:
        return None
    user = db.session.get_one(CustomerUser, row.customer_user_id)
    return row if user.disabled_at is None else None


def user() -> CustomerUser | None:
    """Who signed in with a user name: at the portal's home, or behind the link of an invitation."""
    row = session()
    if row is not None:
        return db.session.get(CustomerUser, row.customer_user_id)
    visit = visits.known()
    return visit.user if visit else None


def signed_in() -> CustomerUser:
    """The user, with a password that nobody else has seen."""
    found = user()
    if found is None or found.must_change:
        raise Refused(Reason.NOT_SIGNED_IN)
    return found


def act(user: CustomerUser) -> Act:
    """That user, acting now."""
    named = acts.customer(method=Method.PASSWORD, account=user)
    return replace(named, name=user.user_name, email=user.user_name)


def readers() -> list[Reader]:
    """Who may read about partners in this browser: a user of all, somebody known by a mailed code of the asking one.

    Such a mailbox may have been chosen by the partner's own staff: it opens nothing of any other partner.
    """
    found, visit = [], visits.known()
    known = user()
    if known is not None and not known.must_change:
        found.append(Reader(act(known), known.customer_id))
    if visit and visit.user is None and visit.invitation.status is InvitationStatus.USED:
        contact = visit.invitation.contact
        person = replace(acts.customer(visit.session), name=contact.name, email=contact.email)
        found.append(Reader(person, visit.machine.customer_id, visit.machine.partner_id))
    if not found:
        raise Refused(Reason.NOT_SIGNED_IN)
    return found
