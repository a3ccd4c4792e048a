"""The page of the API in a real browser: on a small telephone and a wide screen, by light and dark, by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browse
from tests.browser.service import Service, focus

pytestmark = pytest.mark.xdist_group("browser")


def test_the_api_reads_on_any_screen_and_by_any_light(browse: Browse, service: Service) -> None:
    for width, light in ((360, "light"), (1280, "dark")):
        page = browse(viewport={"width": width, "height": 800}, color_scheme=light)
        page.goto(f"{service.address}/docs")
        expect(page.get_by_role("heading", name="The API of Assent")).to_be_visible()
        for summary in page.locator("summary").all()[:3]:
            summary.click()
        root = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert root == [width, width]
        cut = (
            "element => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display != 'inline'"
        )
        assert page.evaluate(f"[...document.querySelectorAll('main *')].filter({cut}).map(one => one.outerHTML)") == []


def test_the_api_is_read_by_keyboard(browse: Browse, service: Service) -> None:
    page = browse(viewport={"width": 1280, "height": 800}, java_script_enabled=True)
    page.goto(f"{service.address}/docs")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_in_viewport()
    link = page.get_by_role("navigation").get_by_role("link", name="Following along")
    focus(page, lambda: link.evaluate("one => one == document.activeElement"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Following along")).to_be_in_viewport()
    assert page.url.endswith("/docs#polling")
