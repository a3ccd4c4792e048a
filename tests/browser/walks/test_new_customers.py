"""New customers, from their partner's first form to what is on record: asked, vouched for, or not customers yet."""

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from app.core.languages import Language
from tests.browser.service import LINK, Service, awaited, the
from tests.browser.walks.conftest import Customer, Desk
from tests.browser.walks.person import PLACES, Person
from tests.browser.walks.ways import Means, by, in_languages
from tests.cast import Cast

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.soak]

REVEAL = re.compile(r"^http://\S+/reveal/\S+$", re.MULTILINE)
OWN = "seven purple tigers"
_number = count(1)


def about_the_company(ana: Person, go_on: str, language: Language = Language.ENGLISH) -> str:
    """What both forms begin with, sent; answers the contact's mailbox."""
    domain, (country, tag) = f"northwind{next(_number)}.example", PLACES[language]
    ana.fills(company="Northwind", domain=domain)
    ana.chooses("country", country)
    if ana.means is Means.NO_SCRIPT and language is not Language.SWEDISH:
        # Its languages come with the form, which has to be looked at once more.
        ana.chooses("language", "sv-SE")
        ana.fills(first_name="Maria", last_name="Ek", email=f"maria@{domain}")
        ana.presses(go_on)
        expect(ana.page.locator("#language-error")).to_be_visible()
        ana.chooses("language", tag)
    else:
        ana.chooses("language", tag)
        ana.fills(first_name="Maria", last_name="Ek", email=f"maria@{domain}")
    ana.presses(go_on)
    return f"maria@{domain}"


@by(Means.MOUSE)
@in_languages(Language.SIMPLIFIED)
def test_asked_with_credentials_shown_once_and_accepted(
    desk: Desk, customer: Customer, service: Service, cast: Cast, language: Language
) -> None:
    ana, maria = desk(cast.ana), customer(language)
    ana.opens("/customers")
    ana.clicks(ana.page.locator("main").get_by_role("link", name="Add a customer").first)
    mailbox = about_the_company(ana, "Next: the agreement", language)
    ana.presses("Next: check everything")
    ana.presses("Add the customer")
    ana.is_told("%(company)s is added", company="Northwind")
    shown = ana.facts("User name and first password")
    user_name, password = (ana.page.locator(f"#{id}").inner_text() for id in ("user-name", "first-password"))
    assert len(shown) == 2
    ana.follows("Go to the invitation")
    expect(ana.page.get_by_role("radio", name="New customer")).to_be_checked()
    assert password not in ana.page.content()
    ana.presses("Send")
    ana.reads("The invitation to Maria Ek is on its way.")

    mail = awaited(service.assent.instance, "new-customer", mailbox)
    assert user_name in mail
    assert password not in mail
    maria.opens(the(LINK, mail))
    maria.is_told("%(asker)s asks you to review an agreement", asker="Fabrikam")
    maria.opens(the(REVEAL, mail))
    maria.shows_a_code(mailbox)
    maria.presses("Show user name and password")
    maria.reads(password)
    maria.follows("Go on to the invitation")
    maria.unfolds("Sign in with a user name instead")
    maria.fills(user_name=user_name, password=password)
    maria.presses("Sign in")
    maria.is_told("Choose your own password")
    maria.fills(password=OWN, repeat=OWN)
    maria.presses("Save and continue")
    receipt = maria.accepts("Maria Ek")

    ana.follows("Northwind")
    ana.stands("Accepted")
    said = ana.facts("Confirmation")
    assert said["How"].startswith("The customer accepted it itself")
    assert said["Agreed by"] == "Maria Ek"
    ana.clicks(ana.page.locator("details.proof summary").first)
    ana.reads(receipt)


@by(Means.NO_SCRIPT)
def test_vouched_for_at_once_about_another_person(desk: Desk, cast: Cast) -> None:
    ana = desk(cast.ana)
    ana.opens("/customers/new")
    about_the_company(ana, "Next: the agreement")
    ana.ticks("Attest now")
    ana.ticks("Somebody else")
    ana.fills(date="2026-01-31", signer_first_name="Nils", signer_last_name="Ny", signer_email="nils@northwind.example")
    ana.presses("Next: check everything")
    ana.reads("Nils Ny, nils@northwind.example")
    ana.reads("Fabrikam records that Northwind has accepted the Microsoft Customer Agreement.")
    ana.ticks("I vouch for this on behalf of Fabrikam")
    ana.presses("Add the customer and attest")
    ana.reads("Your word is on record: Nils Ny accepted on 31 January 2026. The customer can order now.")
    ana.follows("Go to the customer")
    ana.stands("Attested")
    said = ana.facts("Confirmation")
    assert said["How"].startswith("The partner vouched for it")
    assert (said["Agreed by"], said["Agreed on"], said["Vouched for by"]) == ("Nils Ny", "31 January 2026", "Ana Lind")
    assert ana.facts("The customer")["Contact"].startswith("Maria Ek")


@by(Means.MOUSE)
@in_languages(Language.SWEDISH)
def test_not_a_customer_yet_and_accepts_both_in_one_step(
    desk: Desk, customer: Customer, service: Service, cast: Cast, language: Language
) -> None:
    ana, maria = desk(cast.ana), customer(language)
    ana.opens("/customers")
    ana.clicks(ana.page.locator("main").get_by_role("link", name="Invite somebody new").first)
    mailbox = about_the_company(ana, "Send", language)
    ana.reads("The invitation to Maria Ek is on its way.")
    ana.follows("Northwind")
    assert ana.facts("The customer")["Relationship"].startswith("Asked for")

    maria.opens(the(LINK, awaited(service.assent.instance, "relationship-and-agreement", mailbox)))
    maria.shows_a_code(mailbox)
    maria.is_told("Accept the agreement and authorise the partner")
    receipt = maria.accepts("Maria Ek", "Accept and authorise")

    ana.page.reload()
    ana.stands("Accepted")
    assert ana.facts("The customer")["Relationship"].startswith("Active")
    assert ana.facts("Confirmation")["Agreed by"] == "Maria Ek"
    ana.clicks(ana.page.locator("details.proof summary").first)
    ana.reads(receipt)
