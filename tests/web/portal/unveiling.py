"""A one-time link to a first password, and the way from it to the page that shows it."""

import re
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from app import timers
from app.auth import acts
from app.core import codes, links
from app.core.vocabulary import InvitationKind, Owed
from app.db import db, transaction
from app.installation import installation
from app.models import CustomerUser, Invitation, Outbox, Reveal
from app.outbox import Claimed
from tests.cast import Story
from tests.web.portal.visitor import Visitor

WHERE = "/portal/credentials"
ASK, CODE, SHOW = f"{WHERE}/code/send", f"{WHERE}/code", f"{WHERE}/show"


def offered(story: Story) -> Reveal:
    """The newest link of a customer."""
    db.session.rollback()
    found = db.session.scalars(select(Reveal).where(Reveal.machine_id == story.machine.id).order_by(Reveal.id.desc()))
    return next(iter(found))


def invited(story: Story) -> Reveal:
    story.invite(InvitationKind.NEW_CUSTOMER)
    return offered(story)


def token(row: Reveal) -> str:
    return links.token(installation().keys.reveal, row.id, row.generation)


def path(row: Reveal) -> str:
    return f"/reveal/{token(row)}"


def mailed(row: Reveal) -> str:
    """The code of the newest mail that is owed to the link's mailbox."""
    db.session.rollback()
    rows = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.SIGN_IN_CODE).order_by(Outbox.id.desc()))
    found = next(one.payload for one in rows if one.payload.get("reveal") == str(row.id))
    return codes.code(installation().keys.code, UUID(found["session"]), found["number"])


def ask(visitor: Visitor, row: Reveal) -> str:
    visitor.get(path(row))
    visitor.submit(ASK)
    return mailed(row)


def identify(visitor: Visitor, row: Reveal) -> TestResponse:
    return visitor.submit(CODE, code=ask(visitor, row))


def show(visitor: Visitor, row: Reveal) -> TestResponse:
    identify(visitor, row)
    return visitor.submit(SHOW)


def words(page: TestResponse) -> list[str]:
    """User name and password, as they are to be copied."""
    return re.findall('<code class="copy">([^<]*)</code>', page.text)


def tick(row: Reveal, after: timedelta) -> bytes | None:
    """The clock comes by; answers what is left of the password."""
    mine = Outbox.payload["reveal"].as_string() == str(row.id)
    with transaction() as session:
        due = session.scalars(select(Outbox).where(Outbox.kind == Owed.REVEAL_EXPIRY, mine).order_by(Outbox.due_at))
        one = next(iter(due))
        claimed = Claimed(one.id, one.partner_id, one.lane, one.kind, one.payload, "", 1, one.created_at)
        timers.TIMERS[claimed.kind](acts.clock(acts.now() + after), claimed)
    return db.session.get_one(CustomerUser, row.customer_user_id, populate_existing=True).first_password


def newest(story: Story) -> Invitation:
    query = select(Invitation).where(Invitation.machine_id == story.machine.id).order_by(Invitation.id.desc())
    found = db.session.scalars(query).first()
    assert found
    return found


def again(link: Reveal) -> Reveal:
    return db.session.get_one(Reveal, link.id, populate_existing=True)
