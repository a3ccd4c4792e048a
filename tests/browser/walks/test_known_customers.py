"""Customers that are there already: asked, confirmed, corrected, invited by the dozen, and ordered for."""

import re

import pytest
from playwright.sync_api import expect

from app.commands import attestations
from app.db import transaction
from tests.browser.service import LINK, Service, awaited, the
from tests.browser.walks.conftest import Customer, Desk
from tests.browser.walks.ways import Means, by
from tests.cast import Cast, Story

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.soak]


def page_of(story: Story) -> str:
    return f"/customers/{story.machine.customer_id}"


def vouched_for(story: Story) -> None:
    """Maria is said to have agreed."""
    with transaction():
        act, known = story.cast.act(), story.relationship
        attestations.attest(act, story.machine, known, known.contact, act.at, story.cast.rules)


@by(Means.KEYBOARD)
def test_asked_from_its_page_and_accepted(desk: Desk, customer: Customer, service: Service, cast: Cast) -> None:
    story = cast.customer()
    ana, maria = desk(cast.ana), customer()
    ana.opens(page_of(story))
    ana.stands("Not confirmed")
    ana.follows("Invite the customer")
    ana.is_told("Invite %(company)s", company="Contoso")
    ana.ticks("Agreement only")
    ana.presses("Send")
    ana.is_told("Invitation to %(name)s", name="Maria Ek")

    mailbox = story.relationship.email
    maria.opens(the(LINK, awaited(service.assent.instance, "agreement", mailbox)))
    maria.shows_a_code(mailbox)
    receipt = maria.accepts("Maria Ek")

    ana.follows("Contoso")
    ana.stands("Accepted")
    said = ana.facts("Confirmation")
    assert said["How"].startswith("The customer accepted it itself")
    assert said["Agreed by"] == "Maria Ek"
    assert {"Agreed on", "Recorded", "Version"} <= set(said)
    ana.clicks(ana.page.locator("details.proof summary").first)
    ana.reads(receipt)


@by(Means.NO_SCRIPT)
def test_a_wrong_name_is_corrected_and_both_stay_on_record(desk: Desk, cast: Cast) -> None:
    story = cast.customer()
    vouched_for(story)
    ana = desk(cast.ana)
    ana.opens(page_of(story))
    ana.follows("Attest")
    ana.is_told("Correct or renew the confirmation")
    assert ana.facts("On record now")["Agreed by"].startswith("Maria Ek")
    ana.fills(first_name="Nils", last_name="Ny", email="nils@contoso.example", date="2026-01-31")
    ana.page.locator("#files").set_input_files(
        {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF signed by Nils"}
    )
    ana.ticks("I vouch for this on behalf of Fabrikam")
    ana.presses("Vouch and record")
    ana.reads("Your word is on record: Contoso has accepted.")
    said = ana.facts("Confirmation")
    assert (said["Agreed by"], said["Agreed on"], said["Files"]) == ("Nils Ny", "31 January 2026", "signed.pdf")
    ana.reads("Maria Ek agreed on")


@by(Means.MOUSE)
def test_whether_how_by_whom_and_when_is_found_again(desk: Desk, cast: Cast) -> None:
    vouched_for(cast.customer(company="Adatum"))
    cast.customer(company="Adventure Works")
    ana = desk(cast.ana)
    ana.opens("/")
    ana.types(ana.page.get_by_role("searchbox"), "ad")
    ana.presses("Find")
    ana.follows("Adatum")
    ana.stands("Attested")
    said = ana.facts("Confirmation")
    assert said["How"].startswith("The partner vouched for it")
    assert (said["Agreed by"], said["Vouched for by"]) == ("Maria Ek", "Ana Lind")
    assert re.match(r"\d+ \w+ 20\d\d$", said["Agreed on"])
    assert re.match(r"\d+ \w+ 20\d\d \d\d:\d\d UTC \(record 2\)$", said["Recorded"])
    ana.page.go_back()
    ana.follows("Adventure Works")
    ana.stands("Not confirmed")
    ana.reads("Nothing is confirmed yet")
    assert ana.facts("Confirmation") == {}


@by(Means.NO_SCRIPT)
def test_an_order_is_held_confirmed_for_and_goes_on(desk: Desk, cast: Cast) -> None:
    story = cast.customer()
    ana = desk(cast.ana)
    ana.opens(page_of(story))
    ana.clicks(ana.page.get_by_role("link", name="Order for Contoso"))
    ana.fills(offer_id="DZH318Z0BPS6:0001", quantity="3")
    ana.presses("Order")
    ana.is_told("The order cannot be placed yet")
    why = ana.facts("Why")
    assert why["Whose word it is"].startswith("Ours, from our own records")
    assert why["Whose move it is"].startswith("Fabrikam: Invite the customer")
    ana.reads("DZH318Z0BPS6:0001 × 3")
    ana.presses("Save and continue")
    ana.is_told("The order cannot be placed yet")
    ana.fills(date="2026-01-31")
    ana.ticks("I vouch for this on behalf of Fabrikam")
    ana.presses("Save and continue")
    ana.is_told("The order is placed")
    assert "DZH318Z0BPS6:0001 × 3" in ana.facts_of_main()["Offer"]
    ana.follows("To the customer")
    assert ana.facts("Confirmation")["Agreed by"] == "Maria Ek"
    ana.reads("DZH318Z0BPS6:0001 × 3")


@by(Means.MOUSE)
def test_three_are_invited_at_once_and_one_is_left_out_with_its_reason(
    desk: Desk, service: Service, cast: Cast, means: Means
) -> None:
    asked = [cast.customer(company=name) for name in ("Adatum", "Bellows", "Coho")]
    waiting = cast.customer(company="Datum")
    waiting.invite()
    ana = desk(cast.ana)
    ana.opens("/customers")
    for story in (*asked, waiting):
        ana.checks(ana.page.get_by_role("checkbox", name=f"Select {story.relationship.company}"))
    if means is not Means.NO_SCRIPT:
        expect(ana.page.locator("[data-count]")).to_have_text("4")
    ana.presses("Invite selected")
    ana.is_told("Invite many customers")
    ana.reads("3 customers get an invitation. 1 is left out; the reason stands below.")
    expect(ana.page.get_by_role("row", name=re.compile("^Datum"))).to_contain_text("An open invitation waits")
    expect(ana.page.frame_locator("iframe.preview").get_by_text("Adatum").first).to_be_visible()
    ana.presses("Send 3 invitations")
    ana.reads("3 invitations are on their way.")
    for story in asked:
        the(LINK, awaited(service.assent.instance, "agreement", story.relationship.email))
