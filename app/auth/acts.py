"""Build the act: who is it, how do we know, when and from where."""

from datetime import UTC, datetime
from uuid import UUID

from flask import request
from sqlalchemy import select

from app.core import contact as text
from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, Method
from app.db import db
from app.installation import installation
from app.models import CustomerUser, HookSource, PortalSession, Staff


def now() -> datetime:
    return datetime.now(UTC)


def console(partner_id: UUID | None = None) -> Act:
    """The operator at the installation's own command line."""
    return Act(ActorKind.SYSTEM, Method.CONSOLE, now(), id="console", partner_id=partner_id)


def clock(at: datetime | None = None) -> Act:
    """Nobody: a deadline passed, or a relay answered."""
    return Act(ActorKind.SYSTEM, Method.CLOCK, at or now(), id="clock")


def upstream(source: HookSource) -> Act:
    """A system elsewhere that tells us by webhook what happened there; its signature was good."""
    id = str(source.id)
    return Act(ActorKind.UPSTREAM, Method.WEBHOOK, now(), id=id, name=source.name, partner_id=source.partner_id)


def person(email: str) -> Staff:
    """The staff member with this address, still there or not."""
    address = text.mailbox(text.email(email, "the staff member's e-mail"))
    found = db.session.scalar(select(Staff).where(Staff.mailbox == address))
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="staff e-mail")
    return found


def staff(email: str, method: Method = Method.CONSOLE, on_behalf_of: str | None = None) -> tuple[Act, Staff]:
    """A staff member, with the roles held now."""
    found = person(email)
    refuse_if(found.disabled_at is not None, Reason.ROLE_NOT_ALLOWED)
    return of(found, method, on_behalf_of=on_behalf_of), found


def of(
    found: Staff,
    method: Method,
    on_behalf_of: str | None = None,
    ip: str | None = None,
    user_agent: str | None = None,
) -> Act:
    """A staff member whom we know to be there, acting now."""
    return Act(
        ActorKind.STAFF,
        method,
        now(),
        id=str(found.id),
        name=found.name,
        email=found.email,
        roles=found.roles,
        partner_id=found.partner_id,
        partner_type=found.partner.type,
        ip=ip,
        user_agent=user_agent,
        on_behalf_of=on_behalf_of,
        overrides=installation().config.permissions,
    )


def customer(
    session: PortalSession | None = None, method: Method | None = None, account: CustomerUser | None = None
) -> Act:
    """Somebody at the portal: known by the session or the account, or just about to be, by `method`."""
    known = method or (Method(session.method) if session and session.method else Method.CLOCK)
    user = account.id if account else session.customer_user_id if session else None
    return Act(
        ActorKind.CUSTOMER,
        known,
        now(),
        id=str(user) if user else None,
        ip=request.remote_addr,
        user_agent=agent(),
    )


def somebody() -> Act:
    """Whoever is at the sign-in page: nobody knows yet who, so this act may do nothing."""
    return Act(ActorKind.STAFF, Method.PASSWORD, now(), ip=request.remote_addr, user_agent=agent())


def agent() -> str | None:
    """The browser as it names itself, as one line."""
    return "".join(c if c.isprintable() else " " for c in request.user_agent.string)[:300] or None
