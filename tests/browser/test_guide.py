"""The page on webhooks in a real browser: it reads on any screen, by any light, and samples open by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browse
from tests.browser.service import Service

pytestmark = pytest.mark.xdist_group("browser")
CUT = "element => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display != 'inline'"


def test_webhooks_read_on_any_screen_and_by_any_light(browse: Browse, service: Service) -> None:
    for width, light in ((360, "light"), (1280, "dark")):
        page = browse(viewport={"width": width, "height": 800}, color_scheme=light)
        page.goto(f"{service.address}/docs/webhooks")
        expect(page.get_by_role("heading", name="Webhooks of Assent")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        root = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert root == [width, width]
        assert page.evaluate(f"[...document.querySelectorAll('main *')].filter({CUT}).map(one => one.outerHTML)") == []


def test_from_the_api_one_comes_to_a_sample_by_keyboard(browse: Browse, service: Service) -> None:
    page = browse(viewport={"width": 1280, "height": 800})
    page.goto(f"{service.address}/docs#webhooks")
    page.get_by_role("link", name="Webhooks, with every event").press("Enter")
    expect(page.get_by_role("heading", name="Webhooks of Assent")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="agreement.blocked").press("Enter")
    sample = page.get_by_label("agreement.blocked").locator("summary")
    expect(sample).to_be_in_viewport()
    sample.press("Enter")
    expect(page.locator("pre[data-event='agreement.blocked']")).to_contain_text('"state": "blocked-needs-attestation"')
    expect(page.locator("pre[data-event='agreement.blocked']")).to_be_visible()
