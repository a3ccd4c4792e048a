"""Names that would spoil a page: too long to fit, or made to be run."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.core.contact import LINE_LIMIT
from app.core.vocabulary import InvitationKind
from app.db import db, transaction
from app.models import Partner
from tests.browser.conftest import Browse
from tests.browser.service import Service, fill_in, receipt
from tests.cast import Cast

pytestmark = pytest.mark.xdist_group("browser")

AT_ONCE = 5
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"


def test_no_page_grows_wider_than_a_small_telephone(browse: Browse, service: Service, cast: Cast) -> None:
    with transaction():
        db.session.get_one(Partner, cast.fabrikam.id).name = f"{LONG} {LONG}"
    story = cast.customer(company=LONG * 3)
    page = browse(viewport={"width": 320, "height": 640})

    def fits() -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, page.title()

    invitation = story.invite(InvitationKind.RELATIONSHIP)
    page.goto(service.link(invitation))
    fits()
    service.identify(page, invitation)
    fits()
    page.get_by_text("Decline instead").click()
    fits()
    fill_in(page)
    page.get_by_role("button", name="Accept").click()
    receipt(page)
    fits()


def shows(page: Page, name: str) -> None:
    assert name in page.locator("body").inner_text()
    assert page.locator("script, img, iframe, svg, form[action^='//'], main style").count() == 0


def test_names_are_shown_as_they_are_spelled_and_run_nowhere(browse: Browse, service: Service, cast: Cast) -> None:
    payloads, page = (Path(__file__).parent / "payloads.txt").read_text().splitlines(), browse()
    assert len(payloads) >= 40
    for start in range(0, len(payloads), AT_ONCE):
        name = " ".join(payloads[start : start + AT_ONCE])
        assert len(name) <= LINE_LIMIT
        with transaction():
            db.session.get_one(Partner, cast.fabrikam.id).name = name
        story = cast.customer(company=name)
        invitation = story.invite()
        page.goto(service.link(invitation))
        shows(page, name)
        service.identify(page, invitation)
        shows(page, name)
        fill_in(page, name)
        page.get_by_role("button", name="Accept").click()
        receipt(page)
        shows(page, name)
