"""Customers that have bought before: told so in the exact words, and their partner brought to vouch for them."""

from datetime import date

import pytest
from playwright.sync_api import expect

from app.auth import acts
from app.commands import customers, partners
from app.commands.customers import Profile
from app.core.languages import Language
from app.core.vocabulary import PartnerType, PurchaseKind
from app.db import transaction
from tests.browser.service import Service, awaited
from tests.browser.walks.conftest import Customer, Desk
from tests.browser.walks.person import PLACES
from tests.browser.walks.ways import Means, by, in_languages
from tests.cast import MARIA, Cast, Story

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.soak]

EXACT = "Please reach out to your Partner to confirm your acceptance of the Microsoft Customer Agreement."
TASK = "Confirm for a customer that cannot accept by itself"
WHERE = {1: "It has bought through you before", 2: "It has bought through another partner before"}


def bought(story: Story, scenario: int) -> None:
    """Through Fabrikam itself, or through another partner of the same tenant's."""
    with transaction():
        act, relationship = acts.console(), story.relationship
        if scenario == 2:
            other = partners.add_partner(act, "Tailspin", PartnerType.DIRECT_BILL, "SE")
            profile = Profile("Contoso", "SE", "en", MARIA, relationship.customer.domain)
            relationship = customers.add_customer(act, other, profile).relationship
        customers.record_purchase(act, relationship, PurchaseKind.AZURE_PLAN, date(2025, 3, 1))


@pytest.mark.parametrize("scenario", [1, 2])
@by(Means.MOUSE)
@in_languages(Language.TRADITIONAL)
def test_told_the_exact_words_and_vouched_for_by_the_task_s_one_button(
    desk: Desk, customer: Customer, service: Service, cast: Cast, scenario: int, language: Language
) -> None:
    story = cast.customer()
    bought(story, scenario)
    invitation = story.invite(force=True, language=PLACES[language][1])
    maria, ana = customer(language), desk(cast.ana)
    maria.opens(service.link(invitation))
    maria.shows_a_code(invitation.email)
    maria.is_told("Your partner has to confirm this")
    expect(maria.page.locator(".exact")).to_have_text(EXACT)
    expect(maria.page.get_by_role("button", name=maria.words("Accept"), exact=True)).to_have_count(0)

    ana.opens("/")
    task = ana.page.get_by_role("row", name=TASK)
    expect(task).to_contain_text("Contoso")
    expect(task.locator(".button")).to_have_count(1)
    ana.clicks(task.get_by_role("link", name="Attest", exact=True))
    ana.reads(WHERE[scenario])
    ana.reads(EXACT)
    ana.fills(date="2026-01-31")
    ana.ticks("I vouch for this on behalf of Fabrikam")
    ana.presses("Vouch and record")
    ana.reads("Your word is on record: Contoso has accepted.")
    ana.stands("Attested")
    assert ana.facts("Confirmation")["How"].startswith("The partner vouched for it")
    ana.opens("/")
    ana.reads("Nothing waits for you right now")
    assert "Ana Lind" in awaited(service.assent.instance, "attested", invitation.email)
