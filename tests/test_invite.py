"""Inviting a customer."""

from sqlalchemy import select

from app.core.lifecycle import State
from app.db import db
from app.models import Outbox, Record
from tests.cast import Cast


def test_an_invitation_moves_the_machine_records_it_and_owes_a_mail(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    assert story.machine.state is State.INVITED
    events = db.session.scalars(
        select(Record.event).where(Record.machine_id == story.machine.id).order_by(Record.number)
    ).all()
    assert events == ["created", "invite"]
    owed = db.session.scalars(select(Outbox.kind).where(Outbox.partner_id == story.machine.partner_id)).all()
    assert sorted(owed) == ["invitation", "invitation-expiry", "invitation-reminding"]
    assert invitation.status == "open"
