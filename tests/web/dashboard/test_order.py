"""Orders in the dashboard: what is let through, what is refused and why, and how it goes on without losing a word."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from app.commands import attestations, customers
from app.core.lifecycle import State
from app.core.vocabulary import Authority, Cloud, PartnerType, PurchaseKind
from app.db import db, transaction
from app.models import Draft, Machine, Partner, Purchase
from tests.cast import MARIA, Cast, Story
from tests.channel import company, done, hire
from tests.web.dashboard.bringing import SIGNED, brought, facts
from tests.web.dashboard.member import Member

OFFER: dict[str, Any] = {"offer_id": "DZH318Z0BPS6:0001", "quantity": "7", "operation": "seat-change"}


def where(story: Story) -> str:
    return f"/customers/{story.relationship.customer_id}/order"


def bought(story: Story) -> list[tuple[str | None, int | None]]:
    db.session.rollback()
    query = select(Purchase.offer_id, Purchase.quantity).where(Purchase.customer_id == story.machine.customer_id)
    return [(row.offer_id, row.quantity) for row in db.session.execute(query)]


def test_a_confirmed_customers_order_is_placed_and_confirmed(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    with transaction():
        at = datetime(2026, 1, 2, tzinfo=UTC)
        attestations.attest(cast.act(), story.machine, story.relationship, MARIA, at, cast.rules)
    assert "May order" in ana.open(where(story)).text
    page = ana.submit(where(story), **OFFER)
    assert (page.status_code, "The order is placed" in page.text) == (200, True)
    assert "DZH318Z0BPS6:0001 × 7" in page.text
    assert bought(story) == [("DZH318Z0BPS6:0001", 7)]
    assert "DZH318Z0BPS6:0001" in ana.open(f"/customers/{story.machine.customer_id}/purchases").text


def test_the_same_form_sent_twice_orders_once(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    ana.open(where(story))
    ana.submit(where(story), **OFFER)
    confirm = f"{where(story)}/confirm"
    form = ana.forms[confirm].fields | {"date": "2026-01-31", "vouch": "yes"}
    for _ in range(2):
        page = ana.post(confirm, form)
        assert (page.status_code, "/orders/" in page.headers["Location"]) == (303, True)
    assert bought(story) == [("DZH318Z0BPS6:0001", 7)]
    again = {name: form[name] for name in (*OFFER, "form_id")} | {"csrf_token": ana.csrf}
    ana.post(where(story), again)
    assert len(bought(story)) == 1
    ana.post(where(story), again | {"quantity": "8"})
    mine = select(Purchase.order_id).where(Purchase.customer_id == story.machine.customer_id)
    assert len(set(db.session.scalars(mine))) == 2
    ana.open(where(story))
    ana.submit(where(story), **OFFER)
    assert [quantity for _, quantity in bought(story)] == [7, 8, 7]


def test_a_refused_order_names_word_rules_and_move_and_goes_on_once_confirmed(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    assert "May not order yet" in ana.open(where(story)).text
    denied = ana.submit(where(story), **OFFER)
    assert (denied.status_code, bought(story)) == (403, [])
    for words in (
        "No confirmation of the Microsoft Customer Agreement counts for this customer.",
        "Ours, from our own records, asked on",
        "Invite the customer to accept.",
        "Holds from 1 February 2020.",
        "+46 8 123 456",
    ):
        assert words in denied.text, words
    confirm = f"{where(story)}/confirm"
    kept = {name: ana.forms[confirm].fields[name] for name in OFFER}
    assert kept == OFFER
    wrong = brought(ana, confirm, date="", first_name="Nils")
    assert (wrong.status_code, 'id="date-error"' in wrong.text) == (400, True)
    again = ana.forms[confirm].fields
    assert ({name: again[name] for name in OFFER}, again["first_name"]) == (OFFER, "Nils")
    placed = brought(ana, confirm, (SIGNED, "signed.pdf"), date="2026-01-31")
    assert "Your word is on record, and the order is placed." in placed.text
    assert bought(story) == [("DZH318Z0BPS6:0001", 7)]
    assert len(facts(story.machine)["attachments"]) == 1
    assert db.session.get_one(Machine, story.machine.id).state is State.ATTESTED


def test_a_customer_that_was_asked_can_be_asked_once_more(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    story.invite()
    ana.open(where(story))
    denied = ana.submit(where(story), **OFFER).text
    assert "Contoso</strong>: It has to answer the invitation" in denied
    assert "Maria Ek was asked on" in denied


def test_a_customer_with_a_past_is_not_sent_into_a_dead_end(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    day = datetime(2025, 5, 4, tzinfo=UTC).date()
    done(customers.record_purchase, cast.act(), story.relationship, PurchaseKind.SOFTWARE, day)
    ana.open(where(story))
    denied = ana.submit(where(story), **OFFER).text
    assert "That leads nowhere" in denied
    assert "Fabrikam</strong>: Ask the customer, then confirm here that it agrees." in denied


def test_with_four_eyes_the_draft_goes_in_and_the_order_stays_typed(ana: Member, cast: Cast) -> None:
    with transaction():
        db.session.get_one(Partner, cast.fabrikam.id).four_eyes = True
    story = cast.customer()
    ana.open(where(story))
    ana.submit(where(story), **OFFER)
    page = brought(ana, f"{where(story)}/confirm", date="2026-01-31")
    assert "place it once the draft is approved" in page.text
    assert {name: ana.forms[where(story)].fields[name] for name in OFFER} == OFFER
    assert (len(bought(story)), db.session.query(Draft).filter_by(machine_id=story.machine.id).count()) == (0, 1)
    assert "waits for a decision already" in ana.submit(where(story), **OFFER).text


def test_national_clouds_have_no_way_on(ana: Member, cast: Cast) -> None:
    story = cast.customer(Cloud.CHINA)
    ana.open(where(story))
    denied = ana.submit(where(story), **OFFER)
    assert (denied.status_code, "national cloud, where the agreement cannot be confirmed" in denied.text) == (409, True)
    assert f"{where(story)}/confirm" not in ana.forms


def test_where_the_vendor_decides_the_page_says_that_nothing_is_known(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    with transaction():
        db.session.get_one(Partner, cast.fabrikam.id).authority = Authority.MIRROR
    assert "Not known" in ana.open(where(story)).text
    unknown = ana.submit(where(story), **OFFER)
    assert (unknown.status_code, "Nothing has been heard from it" in unknown.text) == (501, True)
    assert bought(story) == []


def test_what_is_wrong_stands_beside_its_field(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    endless = "00000000001" + "9" * 5000
    wrongs = (("offer_id", ""), ("quantity", "seven"), ("quantity", endless), ("operation", "theft"))
    for name, wrong in wrongs:
        ana.open(where(story))
        answer = ana.submit(where(story), **OFFER | {name: wrong})
        assert (answer.status_code, f'id="{name}-error"' in answer.text) == (400, True), name
    assert bought(story) == []


def test_strangers_order_nothing(ana: Member, app: Flask, cast: Cast) -> None:
    story = cast.customer()
    stranger = Member(app, hire(company("Northwind", PartnerType.DIRECT_BILL)))
    assert stranger.get(where(story)).status_code == 404
    ana.open(where(story))
    token = {"csrf_token": ana.csrf}
    assert ana.post(f"/customers/{uuid4()}/order", token | OFFER).status_code == 404
    assert ana.get(f"/customers/{story.machine.customer_id}/orders/{uuid4()}").status_code == 404
