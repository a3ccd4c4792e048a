"""Every page there is, found from the url map, in a real browser: readable, usable, sound, and deaf to hostile text."""

import itertools
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.core.languages import Language
from tests.browser.conftest import Browse
from tests.browser.world import AXE, Look, World, integrity, world
from tests.sizes import FULL, SHOTS
from tests.web.furnished import Hostile

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.soak]

SCHEMES = ("light", "dark")
COMBINATIONS = list(itertools.product(Language, SCHEMES))
WIDTHS = (360, 390, 1280)
FIRST_VIEW = 60_000
SEVERE = ("serious", "critical")
RUN = "() => axe.run(document, {resultTypes: ['violations'], iframes: false})"
WIDE = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const over = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > edge + 1);
  return over.slice(-3).map(e => e.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("furnished")) as found:
        yield found


@pytest.fixture(scope="module")
def looks(furnished: World) -> list[Look]:
    return furnished.looks()


def chosen(looks: list[Look]) -> Iterator[tuple[Look, Language, str]]:
    """All of them in every language, light and dark; a tenth is every page once, in another way each day."""
    today = date.today().toordinal()
    for n, look in enumerate(looks):
        for language, scheme in COMBINATIONS if FULL else [COMBINATIONS[(n + today) % len(COMBINATIONS)]]:
            yield look, language, scheme


def severe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(RUN)["violations"]
    return [
        f"{one['id']}: {node['html'][:150]}" for one in found if one["impact"] in SEVERE for node in one["nodes"][:2]
    ]


def frame(page: Page, language: Language) -> list[str]:
    """What every page has: one title of its own, said twice, in the language that it names."""
    headings = page.locator("h1").all_inner_texts()
    named = page.locator("html").get_attribute("lang")
    faults = [] if len(headings) == 1 and headings[0].strip() else [f"h1: {headings}"]
    faults += [] if page.title().strip() else ["no title"]
    return faults + ([] if named == language else [f"lang: {named}"])


def answered(page: Page, world: World, look: Look) -> list[str]:
    response = page.goto(world.address + look.path)
    status = response.status if response else None
    return [] if status == look.status else [f"answers {status}"]


def overflowing(page: Page) -> list[str]:
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"wider than {width}: {element}" for element in page.evaluate(WIDE)]
    return faults


def test_the_tool_that_looks_is_the_one_that_was_brought_along() -> None:
    assert integrity(AXE) in (AXE.parent / "README.md").read_text(encoding="utf-8")


def test_every_page_is_accessible_has_its_frame_and_fits(furnished: World, looks: list[Look], browse: Browse) -> None:
    """In every language, light and dark, from 360 pixels on; the console stays empty."""
    pages = {scheme: browse(color_scheme=scheme) for scheme in SCHEMES}
    faults = []
    for look, language, scheme in chosen(looks):
        page = pages[scheme]
        furnished.open(page.context, look.cookie, language)
        found = [*answered(page, furnished, look), *frame(page, language), *overflowing(page), *severe(page)]
        faults += [f"{look} [{language}, {scheme}] {fault}" for fault in found]
    assert len(looks) > 40
    assert not faults, "\n".join(faults)


def test_hostile_text_stays_text(tmp_path_factory: pytest.TempPathFactory, browse: Browse) -> None:
    """Whatever people wrote anywhere: no dialog, no refused script, nothing of it becomes an element."""
    page, seen = browse(), set()
    with world(tmp_path_factory.mktemp("hostile"), Hostile()) as hostile:
        for look in hostile.looks():
            hostile.open(page.context, look.cookie)
            assert answered(page, hostile, look) == [], str(look)
            text = page.locator("body").inner_text()
            seen |= set(re.findall(r"<script>|onerror=|onload=|\{\{7\*7\}\}|49", text))
            foreign = page.locator(
                "x, marquee, embed, object, video, audio, base, math, [onclick], [onerror], [onload]"
            )
            assert foreign.count() == 0, str(look)
    assert {"<script>", "onerror=", "{{7*7}}"} <= seen


@pytest.mark.parametrize("where", ["/sign-in", "/", "/portal"])
def test_the_first_view_is_light(furnished: World, looks: list[Look], browse: Browse, where: str) -> None:
    """All that a browser with an empty cache is sent before it can show the page."""
    page, sent = browse(), []
    if where == "/":
        home = next(look for look in looks if look.path == "/")
        furnished.open(page.context, home.cookie)
    network = page.context.new_cdp_session(page)
    network.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    network.send("Network.enable")
    page.goto(furnished.address + where, wait_until="networkidle")
    assert len(sent) > 1
    assert sum(sent) <= FIRST_VIEW


def test_a_picture_of_every_page_can_be_taken(
    furnished: World, looks: list[Look], browse: Browse, tmp_path: Path
) -> None:
    """For people to look at: all of them into the folder that ASSENT_TEST_SHOTS names; else a few, and nowhere."""
    folder = Path(SHOTS or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    looks = looks if SHOTS else looks[:2]
    for width, scheme in itertools.product((390, 1280), SCHEMES):
        page = browse(color_scheme=scheme, viewport={"width": width, "height": 900})
        for number, look in enumerate(looks):
            furnished.open(page.context, look.cookie)
            page.goto(furnished.address + look.path)
            name = re.sub(r"[^a-z0-9]+", "-", str(look).lower()).strip("-")
            page.screenshot(path=folder / f"{name}-{number:03}-{width}-{scheme}.png", full_page=True)
    assert len(list(folder.glob("*.png"))) >= 4 * len(looks)
