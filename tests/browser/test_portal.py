"""Every way through the portal in a real browser that runs no scripts; other modules go through it with them."""

from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import expect

from app.auth import acts, passwords
from app.commands import customers
from app.core.vocabulary import InvitationKind, PurchaseKind
from app.db import db, transaction
from app.models import Machine, Relationship
from tests.browser.conftest import Browse
from tests.browser.service import CODE, LINK, Service, awaited, fill_in, receipt, records, the
from tests.cast import Cast
from tests.web.portal.visitor import add_user

pytestmark = pytest.mark.xdist_group("browser")

EXACT = "Please reach out to your Partner to confirm your acceptance of the Microsoft Customer Agreement."


def test_by_a_mailed_code(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse(java_script_enabled=False)
    service.identify(page, story.invite())
    fill_in(page)
    page.get_by_role("button", name="Accept").click()
    shown = receipt(page)
    assert [record.hash for record in records(story, "accept")] == [shown]


def test_by_the_account_made_with_the_tenant(browse: Browse, service: Service, cast: Cast) -> None:
    story, page, first = cast.customer(), browse(java_script_enabled=False), passwords.make()
    user = add_user(story, passwords.hashed(first))
    page.goto(service.link(story.invite(InvitationKind.NEW_CUSTOMER)))
    page.get_by_text("Sign in with a user name instead").click()
    page.get_by_label("User name").fill(user.user_name)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error, .alert")).to_contain_text("User name or password do not match")
    page.get_by_label("Password").fill(first)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill("my contoso password")
    page.get_by_label("The same once more").fill("my contoso password")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error, .alert")).to_contain_text("easy to guess")
    page.get_by_label("New password").fill("seven purple tigers")
    page.get_by_label("The same once more").fill("seven purple tigers")
    page.get_by_role("button", name="Save and continue").dblclick()
    fill_in(page)
    page.get_by_role("button", name="Accept").click()
    receipt(page)
    expect(page.get_by_text(f"Identified as {user.user_name}")).to_be_visible()
    assert len(records(story, "accept")) == 1


def test_declining_with_a_reason_of_two_lines(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse(java_script_enabled=False)
    service.identify(page, story.invite())
    page.get_by_text("Decline instead").click()
    page.get_by_label("Why?").fill("We left.\nSorry!")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", name="You declined")).to_be_visible()
    assert len(records(story, "decline")) == 1


def test_a_customer_that_has_bought_before(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse(java_script_enabled=False)
    with transaction():
        customers.record_purchase(acts.console(), story.relationship, PurchaseKind.OFFER, date(2025, 3, 1))
    service.identify(page, story.invite(force=True))
    expect(page.get_by_text(EXACT, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    mail = awaited(service.assent.instance, "blocked", cast.ana.email)
    assert f"assent attest {story.machine.customer_id}" in mail


def test_somebody_who_is_no_customer_yet(browse: Browse, service: Service, cast: Cast) -> None:
    page, email = browse(java_script_enabled=False), "nils@northwind.example"
    newcomer = ["--company", "Northwind", "--country", "SE", "--first-name", "Nils", "--last-name", "Ny"]
    words = ["invite", "--kind", "relationshipAndAgreement", "--as", cast.ana.email, "--email", email, "--dap"]
    invited = service.assent.json(*words, *newcomer)
    page.goto(the(LINK, awaited(service.assent.instance, "relationship-and-agreement", email)))
    expect(page.get_by_text("Sign in with a user name instead")).to_have_count(0)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(the(CODE, awaited(service.assent.instance, "sign-in-code", email)))
    page.get_by_role("button", name="Continue").click()
    rights = page.get_by_role("checkbox", name="including delegated administration rights")
    expect(rights).not_to_be_checked()
    fill_in(page, "Nils Ny")
    page.get_by_role("button", name="Accept and authorise").click()
    receipt(page)
    machine = db.session.query(Machine).filter_by(customer_id=UUID(invited["customerId"])).one()
    relationship = db.session.query(Relationship).filter_by(customer_id=machine.customer_id).one()
    assert (machine.state, relationship.state) == ("direct-accepted", "active")
