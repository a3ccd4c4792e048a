"""Many customers are invited or reminded at once: first it is shown what would go to whom, then what became of it."""

from collections.abc import Sequence
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import customers, staff
from app.core.carrying import Delivery
from app.core.vocabulary import Owed, PurchaseKind, Role
from app.db import db, transaction
from app.models import Invitation, Outbox, Partner, Relationship
from tests.cast import Cast, Story, introduce
from tests.web.dashboard.member import Member

PREVIEW, SEND = "/customers/bulk", "/customers/bulk/send"


def ask(member: Member, what: str, stories: Sequence[Story], where: str = PREVIEW) -> TestResponse:
    member.open("/")
    ids = [str(story.machine.customer_id) for story in stories]
    data = {"csrf_token": member.csrf, "what": what, "customer": ids}
    member.page = member.post(where, data)  # type: ignore[arg-type]  # several of one name
    return member.page


def confirm(member: Member, what: str, stories: Sequence[Story]) -> TestResponse:
    """What the button of the preview sends, which has several fields of one name."""
    ask(member, what, stories)
    assert SEND in member.forms
    return ask(member, what, [story for story in stories if _goes(member, story)], SEND)


def _goes(member: Member, story: Story) -> bool:
    return f'name="customer" value="{story.machine.customer_id}"' in member.page.text


def bar(story: Story) -> None:
    with transaction():
        known = db.session.get_one(Relationship, story.relationship.id)
        customers.record_purchase(story.cast.act(), known, PurchaseKind.AZURE_PLAN, date(2025, 3, 1))


def invited(story: Story, delivery: Delivery = Delivery.SENT) -> Invitation:
    row = story.invite()
    with transaction():
        db.session.get_one(Invitation, row.id).delivery = delivery
    return row


def count(stories: Sequence[Story]) -> int:
    db.session.rollback()
    machines = [story.machine.id for story in stories]
    return db.session.scalar(select(func.count()).where(Invitation.machine_id.in_(machines))) or 0


def owed(row: Invitation) -> int:
    db.session.rollback()
    found = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.REMINDER))
    return sum(one.payload["invitation"] == str(row.id) for one in found)


def test_the_preview_says_who_gets_what_and_who_is_left_out_and_sends_nothing(ana: Member, cast: Cast) -> None:
    names = ("Litware", "Northwind", "Tailspin", "Woodgrove")
    plain, bought, waiting, returned = stories = [cast.customer(company=name) for name in names]
    bar(bought)
    invited(waiting)
    invited(returned, Delivery.BOUNCED)
    page = ask(ana, "invite", stories).text
    assert "2 customers get an invitation." in page
    assert "2 are left out" in page
    assert [_goes(ana, story) for story in stories] == [True, False, False, True]
    assert "cannot accept by itself" in page
    assert "An open invitation waits for an answer" in page
    assert f"/customers/{plain.machine.customer_id}/invite/preview" in page
    assert count(stories) == 2


def test_all_that_can_be_are_invited_and_each_is_reported(ana: Member, cast: Cast) -> None:
    stories = [cast.customer(company=name) for name in ("Litware", "Northwind", "Tailspin")]
    bar(stories[2])
    page = confirm(ana, "invite", stories).text
    assert "2 invitations are on their way." in page
    assert (count(stories[:2]), count(stories[2:])) == (2, 0)
    row = db.session.scalar(select(Invitation).where(Invitation.machine_id == stories[0].machine.id))
    assert row
    assert f"/invitations/{row.id}" in page


def test_what_came_between_holds_up_nobody_else(ana: Member, cast: Cast) -> None:
    stories = [cast.customer(company=name) for name in ("Litware", "Northwind")]
    bar(stories[0])
    page = ask(ana, "invite", stories, SEND).text
    assert "1 invitation is on its way." in page
    assert "1 got no mail" in page
    assert (count(stories[:1]), count(stories[1:])) == (0, 1)


def test_the_same_form_sent_twice_invites_nobody_twice(ana: Member, cast: Cast) -> None:
    stories = [cast.customer()]
    ask(ana, "invite", stories, SEND)
    assert "1 got no mail" in ask(ana, "invite", stories, SEND).text
    assert count(stories) == 1


def test_reminders_go_to_those_who_were_reached_and_have_not_answered(ana: Member, cast: Cast) -> None:
    stories = [cast.customer(company=name) for name in ("Litware", "Northwind", "Tailspin")]
    arrived, queued = invited(stories[0]), invited(stories[1], Delivery.QUEUED)
    page = ask(ana, "remind", stories).text
    assert [_goes(ana, story) for story in stories] == [True, False, False]
    assert f"/invitations/{arrived.id}/mail?what=reminder" in page
    assert owed(arrived) == 0
    assert "1 reminder is on its way." in confirm(ana, "remind", stories).text
    assert (owed(arrived), owed(queued)) == (1, 0)
    assert "less than a day ago" in ask(ana, "remind", stories).text


def test_other_partners_customers_are_not_named(ana: Member, cast: Cast) -> None:
    mine, stranger = cast.customer(), introduce().customer(company="Proseware")
    page = ask(ana, "invite", [mine, stranger])
    assert "Proseware" not in page.text
    assert "1 is no customer of yours any more." in page.text
    page = ask(ana, "invite", [mine, stranger], SEND)
    assert "Proseware" not in page.text
    assert "Not yours to see" in page.text
    assert (count([mine]), count([stranger])) == (1, 0)


@pytest.mark.parametrize("where", [PREVIEW, SEND])
def test_nobody_and_nonsense_are_refused(ana: Member, cast: Cast, where: str) -> None:
    assert "Tick the customers that are meant" in ask(ana, "invite", [], where).text
    assert ask(ana, "dance", [cast.customer()], where).status_code == 400


def test_whoever_may_not_invite_may_not_do_so_by_the_dozen(app: Flask, cast: Cast) -> None:
    with transaction():
        partner = db.session.get_one(Partner, cast.fabrikam.id)
        email = cast.ana.email.replace("ana@", "henk@")
        henk = staff.add_staff(acts.console(), partner, email, "Henk", [Role.HELPDESK_AGENT])
    assert ask(Member(app, henk), "invite", [cast.customer()]).status_code == 403
