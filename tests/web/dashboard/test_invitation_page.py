"""The page of one invitation: its life, its mail, and what can be done about it."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import reminding, staff
from app.core.carrying import Delivery
from app.core.lifecycle import State
from app.core.vocabulary import InvitationStatus, Owed, Role
from app.db import db, transaction
from app.models import Invitation, Machine, Outbox, Partner
from tests.cast import Cast, Story, introduce
from tests.web.dashboard.member import Member
from tests.web.portal.visitor import events, token


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


@pytest.fixture
def row(story: Story) -> Invitation:
    """One whose mail has arrived."""
    found = story.invite()
    change(found, delivery=Delivery.SENT)
    return found


def change(row: Invitation, **values: object) -> None:
    with transaction():
        held = db.session.get_one(Invitation, row.id)
        for name, value in values.items():
            setattr(held, name, value)


def at(row: Invitation) -> str:
    return f"/invitations/{row.id}"


def fresh(row: Invitation) -> Invitation:
    db.session.rollback()
    return db.session.get_one(Invitation, row.id, populate_existing=True)


def reminders(row: Invitation) -> int:
    db.session.rollback()
    owed = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.REMINDER))
    return sum(one.payload["invitation"] == str(row.id) for one in owed)


def test_the_page_tells_the_invitations_life_and_shows_its_mail(ana: Member, row: Invitation) -> None:
    page = ana.open(at(row)).text
    assert "Maria Ek" in page
    assert "The next reminder goes out." in page
    assert f"{at(row)}/mail" in page
    assert token(row) not in page
    mail = ana.open(f"{at(row)}/mail")
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert "********" in mail.text
    assert token(row) not in mail.text
    assert "********" in ana.open(f"{at(row)}/mail?what=reminder").text


def test_sending_again_kills_the_old_link(ana: Member, row: Invitation) -> None:
    ana.open(at(row))
    page = ana.submit(f"{at(row)}/resend")
    assert "Sent again to Maria Ek" in page.text
    assert fresh(row).generation == 2
    assert "Sent again, with another link." in page.text


def test_a_reminder_goes_out_at_once_but_no_second_one_the_same_day(ana: Member, row: Invitation) -> None:
    ana.open(at(row))
    fields = ana.forms[f"{at(row)}/remind"].fields
    page = ana.submit(f"{at(row)}/remind")
    assert "A reminder to Maria Ek is on its way." in page.text
    assert "1 reminder so far" in page.text
    assert f"{at(row)}/remind" not in ana.forms
    assert ana.post(f"{at(row)}/remind", fields).status_code == 409
    assert reminders(row) == 1


def test_whoever_wants_no_reminders_gets_none(ana: Member, row: Invitation) -> None:
    ana.open(at(row))
    fields = ana.forms[f"{at(row)}/remind"].fields
    with transaction():
        reminding.stop(acts.console(), db.session.get_one(Invitation, row.id))
    answer = ana.post(f"{at(row)}/remind", fields)
    assert answer.status_code == 409
    assert "wants no more reminders" in answer.text
    assert reminders(row) == 0


def test_taking_it_back_lets_the_agreement_stand_where_it_stood(ana: Member, row: Invitation, story: Story) -> None:
    page = ana.open(at(row))
    assert "The link stops working at once" in page.text
    page = ana.submit(f"{at(row)}/revoke")
    assert fresh(row).status is InvitationStatus.REVOKED
    assert db.session.get_one(Machine, story.machine.id, populate_existing=True).state is State.UNCONFIRMED
    assert f"{at(row)}/resend" not in ana.forms
    assert f"/customers/{story.machine.customer_id}/invite" in page.text


def test_the_live_link_is_shown_when_asked_for_and_that_goes_on_record(
    ana: Member, row: Invitation, story: Story
) -> None:
    ana.open(at(row))
    page = ana.submit(f"{at(row)}/link")
    assert token(row) in page.text
    assert events(story)[-1] == "link-copied"


def test_the_mail_is_there_as_a_draft_with_the_live_link(ana: Member, row: Invitation, story: Story) -> None:
    ana.open(at(row))
    answer = ana.submit(f"{at(row)}/file")
    assert answer.mimetype == "message/rfc822"
    assert "attachment" in answer.headers["Content-Disposition"]
    draft = message_from_bytes(answer.data, policy=policy.default)
    assert draft["X-Unsent"] == "1"
    body = draft.get_body(("plain",))
    assert body
    assert token(row) in body.get_content()
    assert events(story)[-1] == "link-copied"


def test_one_that_is_over_says_so_and_can_be_sent_again(ana: Member, row: Invitation) -> None:
    change(row, expires_at=row.created_at - timedelta(seconds=1))
    page = ana.open(at(row)).text
    assert "nobody had answered" in page
    assert set(ana.forms) >= {f"{at(row)}/resend"}
    assert not set(ana.forms) & {f"{at(row)}/revoke", f"{at(row)}/link", f"{at(row)}/remind"}


def test_what_was_answered_is_not_sent_again(ana: Member, row: Invitation) -> None:
    ana.open(at(row))
    fields = ana.forms[f"{at(row)}/resend"].fields
    change(row, status=InvitationStatus.USED)
    assert ana.post(f"{at(row)}/resend", fields).status_code == 410
    assert fresh(row).generation == 1


def test_a_mail_that_came_back_is_told_with_what_the_server_said(ana: Member, row: Invitation) -> None:
    change(row, delivery=Delivery.BOUNCED)
    assert "The mail came back" in ana.open(at(row)).text


def test_a_sales_agent_sees_no_way_to_the_live_link(app: Flask, cast: Cast, row: Invitation) -> None:
    with transaction():
        partner = db.session.get_one(Partner, cast.fabrikam.id)
        person = staff.add_staff(
            acts.console(), partner, cast.ana.email.replace("ana@", "sam@"), "Sam", [Role.SALES_AGENT]
        )
    sam = Member(app, person)
    sam.open(at(row))
    fields = sam.forms[f"{at(row)}/resend"].fields
    assert f"{at(row)}/link" not in sam.forms
    for what in ("link", "file"):
        assert sam.post(f"{at(row)}/{what}", fields).status_code == 403


def test_another_partners_invitation_is_as_little_there_as_none(ana: Member) -> None:
    strangers = introduce().customer().invite()
    ana.open("/")
    for what in ("", "/mail"):
        assert ana.get(f"{at(strangers)}{what}").status_code == 404
    ana.open("/")
    for what in ("resend", "remind", "revoke", "link", "file"):
        assert ana.post(f"{at(strangers)}/{what}", {"csrf_token": ana.csrf}).status_code == 404
    assert fresh(strangers).status is InvitationStatus.OPEN
