"""The pages of mails: valid, whole without anything from outside, and readable by day and by night."""

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.core.colours import contrast
from app.core.mails import Brand
from tests.hooks.programs import run
from tests.mail.conftest import Made
from tests.mail.facts import COMPOSER, MICROSOFT, tags
from tests.mail.kinds import ASKING, KINDS, MAIN, mails
from tests.sizes import FULL

NODE = Path(__file__).parent / "node"
READABLE = 4.5  # WCAG 2.1, AA
VOID = {"br", "img", "meta", "hr"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "div", "span", "table", "thead", "tbody", "tr", "td", "th"),
    *("p", "a", "img", "br", "ul", "ol", "li", "strong", "em", "b", "i", "u", "h1", "h2", "h3", "hr", "code"),
}
DARK = re.compile(r"prefers-color-scheme: dark\) \{(.*?)\n\}", re.DOTALL)
CLASS = re.compile(r"\.([a-z]+) \{([^}]*)\}")


# Valid


@pytest.mark.soak
def test_a_validator_finds_nothing_wrong_with_any_page() -> None:
    """Every kind in every language; usually one in nine, of every language some."""
    given = [(name, mail, COMPOSER) for name, mail in mails()]
    given += [(f"{name} at Microsoft", mail, MICROSOFT) for name, mail in mails(ASKING)]
    given = given if FULL else given[::9]
    pages = {name: composer.words(mail).html for name, mail, composer in given}
    broken = spoilt(COMPOSER.words(KINDS["agreement"]).html)
    found = validated(pages | broken)
    assert [line for line in found if line.split(":")[0] not in broken] == [f"{len(given) + len(broken)} pages"]
    assert [rule for rule in broken if not any(re.match(rf"{rule}:\d+ {rule}:", line) for line in found)] == []


def spoilt(page: str) -> dict[str, str]:
    """By the rule that a validator must see broken, if it sees anything."""
    return {
        "close-order": page.replace("</table>", "", 1),
        "element-permitted-occurrences": page.replace("<title>", "<title></title><title>"),
        "element-required-attributes": page.replace('<html lang="en">', "<html>"),
        "no-dup-attr": page.replace("<p style", '<p style="" style', 1),
    }


def validated(pages: dict[str, str]) -> list[str]:
    return run(["node", NODE / "check.js"], json.dumps(pages)).splitlines()


def test_the_validator_is_the_one_that_is_described() -> None:
    sum = hashlib.sha256((NODE / "html-validate.js").read_bytes()).hexdigest()
    assert f"SHA-256 of html-validate.js: {sum}\n" in (NODE / "README").read_text()


# Whole


def test_a_page_brings_everything_with_it(everything: list[Made]) -> None:
    for made in everything:
        found = list(tags(made.page))
        assert {tag for tag, _ in found} <= ALLOWED, made.name
        assert [tag for tag, _ in found].count("style") == 1, made.name
        given = [(tag, *each) for tag, attributes in found for each in attributes]
        assert [(tag, value) for tag, name, value in given if name == "src" and value != "cid:logo"] == []
        assert {
            name for _, name, _ in given if name in ("background", "srcset", "action") or name.startswith("on")
        } == set()
        assert not re.search(r"url\(|@import|expression\(", made.page), made.name


def test_a_page_says_what_it_is(everything: list[Made]) -> None:
    for made in everything:
        assert f'<html lang="{made.mail.language}">' in made.page, made.name
        (title,) = re.findall(r"<title>(.*?)</title>", made.page, re.DOTALL)
        assert title.strip(), made.name
        pictures = [dict(attributes) for tag, attributes in tags(made.page) if tag == "img"]
        assert len(pictures) == bool(made.mail.brand.logo)
        assert all(picture["alt"] for picture in pictures), made.name


def test_nothing_is_wider_than_a_mail_may_be(everything: list[Made]) -> None:
    for made in everything:
        widths = re.findall(r'width="(\d+)"', made.page) + re.findall(
            r"(?<![-a-z])(?:max-)?width:\s*(\d+)px", made.page
        )
        assert max(map(int, widths)) == 600, made.name


# Readable


@dataclass(frozen=True)
class Shade:
    colour: str
    ground: str
    hidden: bool = False


class Shades(HTMLParser):
    """The text of a page with the colours it has, and what it stands on."""

    def __init__(self, page: str, dark: bool) -> None:
        super().__init__()
        rules = DARK.search(page)
        assert rules
        self.classes = dict(CLASS.findall(rules[1])) if dark else {}
        self.stack = [Shade("#000000", "#ffffff")]
        self.seen: list[tuple[str, Shade]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            given = dict(attrs)
            named = [self.classes.get(name, "") for name in (given.get("class") or "").split()]
            self.stack.append(shaded(self.stack[-1], [given.get("style") or "", *named], tag in ("title", "style")))

    def handle_endtag(self, tag: str) -> None:
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.stack[-1].hidden:
            self.seen.append((data.strip(), self.stack[-1]))


def shaded(around: Shade, styles: list[str], unseen: bool) -> Shade:
    """What an element makes of the colours around it; later styles win."""
    said = [part.split(":", 1) for style in styles for part in style.split(";") if ":" in part]
    known = {name.strip(): value.replace("!important", "").strip() for name, value in said}
    colour, ground = known.get("color", "inherit"), known.get("background", around.ground)
    hidden = around.hidden or unseen or known.get("display") == "none"
    return Shade(around.colour if colour == "inherit" else colour, ground, hidden)


def faint(page: str) -> Iterator[tuple[str, Shade, bool]]:
    for dark in (False, True):
        seen = Shades(page, dark).seen
        assert len(seen) > 3, "there is text"
        yield from ((text, shade, dark) for text, shade in seen if contrast(shade.colour, shade.ground) < READABLE)


def test_every_text_stands_out_by_day_and_by_night() -> None:
    for name, mail in KINDS.items():
        assert list(faint(COMPOSER.words(mail).html)) == [], name


def test_the_button_can_be_read_on_any_colour_a_partner_has() -> None:
    random_ = random.Random(20261121)
    colours = ["#000000", "#ffffff", "#777777", *(f"#{random_.randrange(1 << 24):06x}" for _ in range(20))]
    for colour in colours:
        for name in ("agreement", "reminder", "credentials"):
            page = COMPOSER.words(replace(KINDS[name], brand=Brand(colour))).html
            assert [shade for _, shade in Shades(page, False).seen if shade.ground == colour], "the button"
            assert list(faint(page)) == [], (name, colour)


def test_by_night_the_page_is_dark() -> None:
    for name in MAIN:
        by_day, by_night = (Shades(COMPOSER.words(KINDS[name]).html, dark).seen for dark in (False, True))
        assert {shade.ground for _, shade in by_night} & {shade.ground for _, shade in by_day} <= {"#1f5fbf"}, name
