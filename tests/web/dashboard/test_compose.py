"""An invitation is looked at, worded and let go in one of three ways; so is one to somebody not yet a customer."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import customers, staff
from app.commands.suppressions import suppress
from app.core.carrying import Delivery
from app.core.lifecycle import State
from app.core.vocabulary import InvitationKind, PurchaseKind, RelationshipState, Role
from app.db import db, transaction
from app.models import Invitation, Machine, Partner, Record, Relationship
from tests.cast import Cast, Story, introduce
from tests.web.dashboard.member import Member
from tests.web.portal.visitor import events, token

REQUEST = "/invitations/new"
NEWCOMER = {
    "company": "Litware",
    "country": "SE",
    "language": "sv-SE",
    "first_name": "Lina",
    "last_name": "Ström",
    "email": "lina@litware.example",
}


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


def compose(story: Story) -> str:
    return f"/customers/{story.machine.customer_id}/invite"


def made(story: Story) -> Invitation | None:
    db.session.rollback()
    mine = select(Invitation).where(Invitation.machine_id == story.machine.id)
    return db.session.scalar(mine.order_by(Invitation.id.desc()).limit(1))


def sent(story: Story) -> Invitation:
    found = made(story)
    assert found
    return found


def bought_before(story: Story) -> None:
    with transaction():
        known = db.session.get_one(Relationship, story.relationship.id)
        customers.record_purchase(story.cast.act(), known, PurchaseKind.AZURE_PLAN, date(2025, 3, 1))


def sales_agent(app: Flask, cast: Cast) -> Member:
    with transaction():
        partner = db.session.get_one(Partner, cast.fabrikam.id)
        email = cast.ana.email.replace("ana@", "sam@")
        sam = staff.add_staff(acts.console(), partner, email, "Sam", [Role.SALES_AGENT])
    return Member(app, sam)


def test_an_invitation_is_sent_as_the_form_says(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    page = ana.submit(compose(story), way="send", mail_language="sv", expires_in_days="10", reminders="2,5")
    row = sent(story)
    assert page.request.path == f"/invitations/{row.id}"
    assert (row.language, row.delivery, row.reminders) == ("sv", Delivery.QUEUED, [2, 5])
    assert (row.expires_at - row.created_at).days == 10
    assert row.invited_by == story.cast.ana.id
    assert row.subject is None


def test_a_new_customers_first_invitation_carries_the_way_to_its_password(ana: Member) -> None:
    ana.open("/customers/new")
    domain = {"domain": "northwind-traders.example"}
    ana.submit("/customers/new", False, to="agreement", **NEWCOMER | domain)
    ana.submit("/customers/new", to="review")
    ana.submit("/customers/new", to="add")
    known = db.session.scalar(select(Relationship).where(Relationship.domain == domain["domain"]))
    assert known
    where = f"/customers/{known.customer_id}/invite"
    assert f"admin@{domain['domain']}" in ana.open(f"{where}/preview").text
    ana.open(where)
    assert ana.forms[where].fields["kind"] == InvitationKind.NEW_CUSTOMER
    assert ana.forms[where].fields["mail_language"] == "sv"
    ana.submit(where, way="send")
    row = db.session.scalar(select(Invitation).join(Machine).where(Machine.customer_id == known.customer_id))
    assert row
    assert (row.kind, row.language) == (InvitationKind.NEW_CUSTOMER, "sv-SE")


def test_the_preview_is_a_document_of_its_own_whose_links_lead_nowhere(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    fields = ana.forms[compose(story)].fields | {"mail_language": "zh-Hant", "first_name": "<b>Mia</b>"}
    page = ana.post(f"{compose(story)}/preview", fields)
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "AdminPortal/Home/********" in page.text
    assert 'lang="zh-Hant"' in page.text
    assert "&lt;b&gt;Mia" in page.text
    assert "<b>Mia" not in page.text
    assert made(story) is None


def test_the_preview_says_what_is_missing(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    fields = ana.forms[compose(story)].fields
    page = ana.post(f"{compose(story)}/preview", fields | {"email": "maria"})
    assert "plain address" in page.text
    page = ana.post(f"{compose(story)}/preview", fields | {"expires_in_days": "0001" + "9" * 20})
    assert "from 1 to 365" in page.text
    page = ana.post(f"{compose(story)}/preview", fields | {"own": "yes", "text": "{{ nonsense }} {{ link }}"})
    assert "Text, line 1" in page.text


def test_words_of_ones_own_go_out_with_this_invitation_alone(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    words = {
        "own": "yes",
        "subject": "About {{ company }}",
        "text": "Dear {{ contact }}\r\n\r\n{{ link }}\r\n",
        "html": "",
    }
    fields = ana.forms[compose(story)].fields | words
    assert "Dear Maria Ek" in ana.post(f"{compose(story)}/preview", fields).text
    ana.submit(compose(story), False, way="send", **words)
    row = sent(story)
    assert (row.subject, row.text, row.html) == ("About {{ company }}", "Dear {{ contact }}\n\n{{ link }}\n", None)
    assert "About Contoso" in ana.open(f"/invitations/{row.id}/mail").text


def test_faulty_words_are_kept_with_what_is_wrong_beside_them(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    page = ana.submit(
        compose(story), way="send", own="yes", subject="Hello", text="First line\n{{ secret }}\n{{ link }}"
    )
    assert page.status_code == 400
    assert 'id="text-faults"' in page.text
    assert "Text, line 2" in page.text
    assert ana.forms[compose(story)].fields["text"] == "First line\n{{ secret }}\n{{ link }}"
    assert made(story) is None


def test_the_usual_words_come_back_in_another_language(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    english = ana.forms[compose(story)].fields["text"]
    ana.submit(compose(story), way="words", mail_language="sv", text="Something else")
    fields = ana.forms[compose(story)].fields
    assert fields["text"] not in (english, "Something else")
    assert "{{ link }}" in fields["text"]
    assert fields["mail_language"] == "sv"


@pytest.mark.parametrize("way", ["copy", "mail"])
def test_staff_hand_the_link_over_themselves_and_that_goes_on_record(ana: Member, story: Story, way: str) -> None:
    ana.open(compose(story))
    page = ana.submit(compose(story), way=way)
    row = sent(story)
    assert token(row) in page.text
    assert "mailto:maria@" in page.text
    assert row.delivery is Delivery.NOT_SENT
    assert events(story)[-1] == "link-copied"
    assert token(row) not in ana.open(f"/invitations/{row.id}").text


def test_a_sales_agent_sends_but_sees_no_live_link(app: Flask, cast: Cast, story: Story) -> None:
    sam = sales_agent(app, cast)
    page = sam.open(compose(story))
    assert 'value="copy"' not in page.text
    assert sam.submit(compose(story), way="copy").status_code == 403
    assert made(story) is None
    sam.open(compose(story))
    assert sam.submit(compose(story), way="send").status_code == 200
    assert sent(story).delivery is Delivery.QUEUED


def test_who_bought_before_is_to_be_attested_for_unless_somebody_insists(ana: Member, story: Story) -> None:
    bought_before(story)
    page = ana.open(compose(story))
    assert "This invitation will lead nowhere" in page.text
    page = ana.submit(compose(story), way="send")
    assert page.status_code == 409
    assert made(story) is None
    ana.submit(compose(story), way="send", force="yes")
    assert sent(story).delivery is Delivery.QUEUED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "maria"),
        ("first_name", ""),
        ("kind", "no such kind"),
        ("mail_language", "tlh"),
        ("expires_in_days", "400"),
        ("expires_in_days", "soon"),
        ("reminders", "every day"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    ana: Member, story: Story, field: str, value: str
) -> None:
    ana.open(compose(story))
    page = ana.submit(compose(story), False, **{"way": "send", "phone": "+46 70 1", field: value})
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text
    assert ana.forms[compose(story)].fields["phone"] == "+46 70 1"
    assert made(story) is None


def test_a_mailbox_that_is_not_written_to_is_refused_beside_it(ana: Member, story: Story) -> None:
    with transaction():
        suppress(story.cast.act(), db.session.get_one(Machine, story.machine.id), story.relationship.email, "asked")
    ana.open(compose(story))
    page = ana.submit(compose(story), way="send")
    assert page.status_code == 409
    assert 'id="email-error"' in page.text


def test_a_mailbox_of_the_partners_own_is_refused_beside_it(ana: Member, story: Story) -> None:
    ana.open(compose(story))
    page = ana.submit(compose(story), way="send", email=story.cast.ana.email)
    assert page.status_code == 409
    assert 'id="email-error"' in page.text


def test_where_nothing_is_to_be_asked_the_page_says_so(ana: Member, story: Story) -> None:
    with transaction():
        db.session.get_one(Relationship, story.relationship.id).state = RelationshipState.REMOVED
    assert "This customer cannot be invited now" in ana.open(compose(story)).text
    assert compose(story) not in ana.forms


def test_a_customer_that_was_turned_away_can_only_be_attested_for(ana: Member, story: Story) -> None:
    bought_before(story)
    with transaction():
        db.session.get_one(Machine, story.machine.id).state = State.BLOCKED
    page = ana.open(compose(story)).text
    assert "This customer cannot be invited now" in page
    assert compose(story) not in ana.forms
    assert f"/customers/{story.machine.customer_id}/attest" in page


def test_another_partners_customer_is_as_little_there_as_none(ana: Member) -> None:
    stranger = introduce().customer()
    for where in (compose(stranger), f"{compose(stranger)}/preview", "/customers/not-an-id/invite"):
        assert ana.get(where).status_code == 404


def test_somebody_who_is_no_customer_yet_is_invited_to_both(ana: Member, cast: Cast) -> None:
    ana.open(REQUEST)
    fields = ana.forms[REQUEST].fields | NEWCOMER
    assert "Lina" in ana.post(f"{REQUEST}/preview", fields).text
    page = ana.submit(REQUEST, False, way="send", dap="yes", **NEWCOMER)
    row, known = _newcomer(cast)
    assert page.request.path == f"/invitations/{row.id}"
    assert (row.kind, row.dap, row.language) == (InvitationKind.RELATIONSHIP, True, "sv-SE")
    assert known.state is RelationshipState.REQUESTED
    assert row.machine.state is State.INVITED


def _newcomer(cast: Cast) -> Any:
    db.session.rollback()
    found = (
        select(Invitation, Relationship)
        .join(Invitation.machine)
        .join(
            Relationship,
            (Relationship.customer_id == Machine.customer_id) & (Relationship.partner_id == Machine.partner_id),
        )
    )
    return db.session.execute(found.where(Relationship.partner_id == cast.fabrikam.id)).one()


def test_a_newcomers_form_keeps_what_was_typed(ana: Member, cast: Cast) -> None:
    ana.open(REQUEST)
    page = ana.submit(REQUEST, False, way="send", **NEWCOMER | {"email": "lina"})
    assert page.status_code == 400
    assert 'id="email-error"' in page.text
    assert ana.forms[REQUEST].fields["company"] == "Litware"
    assert "plain address" in ana.post(f"{REQUEST}/preview", ana.forms[REQUEST].fields).text
    assert db.session.scalar(select(Record.id).where(Record.partner_id == cast.fabrikam.id)) is None
