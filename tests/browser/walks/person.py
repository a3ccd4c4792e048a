"""Somebody before a browser: what people do on pages and read there, in the words of the person's language."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from app import spoken
from app.core.languages import Language
from tests.browser.service import CODE, Service, awaited, focus, the
from tests.browser.walks.ways import Means

# A country whose documents are offered in the language, and how the choice there names it.
PLACES = {
    Language.ENGLISH: ("US", "en-US"),
    Language.SWEDISH: ("SE", "sv-SE"),
    Language.SIMPLIFIED: ("SG", "zh-SG"),
    Language.TRADITIONAL: ("TW", "zh-HK"),
}
FACTS = """it => Object.fromEntries(
  [...it.querySelectorAll("dt")].map(one => [one.innerText, one.nextElementSibling.innerText]))"""
FOCUSED = "it => it === document.activeElement"
DAY = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$")


@dataclass(frozen=True)
class Person:
    page: Page
    service: Service
    means: Means = Means.MOUSE
    language: Language = Language.ENGLISH

    def words(self, message: str, **names: str) -> str:
        """What the catalogue makes of it; without names nothing is filled in."""
        text = str(spoken.catalogue(self.language).gettext(message))
        return text % names if names else text

    @property
    def by_keyboard(self) -> bool:
        return self.means is Means.KEYBOARD

    # What people do

    def opens(self, where: str) -> None:
        self.page.goto(where if where.startswith("http") else self.service.address + where)

    def clicks(self, there: Locator) -> None:
        if self.by_keyboard:
            self.reaches(there)
            self.page.keyboard.press("Enter")
        else:
            there.click()

    def reaches(self, there: Locator) -> None:
        """By tabbing on; a refused form begins at what is to be mended."""
        there.wait_for()
        if not there.evaluate(FOCUSED):
            focus(self.page, lambda: bool(there.evaluate(FOCUSED)), most=150)

    def presses(self, button: str) -> None:
        self.clicks(self.page.get_by_role("button", name=self.words(button), exact=True))

    def follows(self, link: str) -> None:
        self.clicks(self.page.get_by_role("link", name=self.words(link), exact=True))

    def unfolds(self, summary: str) -> None:
        self.clicks(self.page.locator("summary", has_text=self.words(summary)))

    def fills(self, **typed: str) -> None:
        """Fields by their names, where labels would only repeat them."""
        for name, text in typed.items():
            self.types(self.page.locator(f"main [name={name}]:not([type=hidden])"), text)

    def writes(self, label: str, text: str) -> None:
        self.types(self.page.get_by_label(self.words(label), exact=True), text)

    def types(self, there: Locator, text: str) -> None:
        """What stood there is marked when a field is reached by keyboard, and goes; a day is typed month first."""
        day = DAY.match(text)
        if self.by_keyboard:
            self.reaches(there)
            self.page.keyboard.type("".join(day.group(2, 3, 1)) if day else text)
        else:
            there.fill(text)

    def ticks(self, beginning: str) -> None:
        """A box, or one of several choices, by how its label begins."""
        begins = re.compile(f"^{re.escape(self.words(beginning))}")
        self.checks(self.page.locator("label", has_text=begins).locator("input"))

    def checks(self, box: Locator) -> None:
        if self.by_keyboard:
            self.stops_at(box)
            if not box.is_checked():
                self.page.keyboard.press("Space")
        else:
            box.check()
        expect(box).to_be_checked()

    def stops_at(self, box: Locator) -> None:
        """A box has a stop of its own, but choices have one together: arrows lead on from there."""
        if box.get_attribute("type") != "radio":
            return self.reaches(box)
        choices = self.page.locator(f"input[type=radio][name={box.get_attribute('name')}]")
        focus(self.page, lambda: any(one.evaluate(FOCUSED) for one in choices.all()), most=150)
        for _ in choices.all():
            if not box.evaluate(FOCUSED):
                self.page.keyboard.press("ArrowDown")
        return None

    def chooses(self, name: str, value: str) -> None:
        """Of a list; by keyboard by typing what it is called."""
        there = self.page.locator(f"select[name={name}]")
        option = there.locator(f"option[value={value}]")
        expect(option).to_be_attached()
        if self.by_keyboard:
            self.reaches(there)
            self.page.keyboard.type(option.inner_text())
        else:
            there.select_option(value)
        expect(there).to_have_value(value)

    # What people read

    def is_told(self, title: str, **names: str) -> None:
        """The one heading of the page that came, which is in the reader's language."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words(title, **names))
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def reads(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def stands(self, state: str) -> None:
        """The first words of a customer's page."""
        expect(self.page.locator(".stand .badge")).to_have_text(state)

    def facts(self, heading: str) -> dict[str, str]:
        """What stands beside what below a heading."""
        title = self.page.get_by_role("heading", name=self.words(heading), exact=True)
        found: dict[str, str] = self.page.locator("section", has=title).evaluate(FACTS)
        return found

    # Short ways through the portal

    def shows_a_code(self, email: str) -> None:
        """That the mailbox is the reader's."""
        self.presses("Send me a code")
        self.writes("Code from the mail", the(CODE, awaited(self.service.assent.instance, "sign-in-code", email)))
        self.presses("Continue")

    def accepts(self, name: str, button: str = "Accept") -> str:
        """Answers the receipt."""
        self.writes("Your full name, as your signature", name)
        for box in self.page.get_by_role("checkbox").all():
            self.checks(box)
        self.presses(button)
        self.is_told("Thank you, the acceptance is recorded")
        return self.facts_of_main()[self.words("Receipt")]

    def facts_of_main(self) -> dict[str, str]:
        found: dict[str, str] = self.page.locator("main").evaluate(FACTS)
        return found
