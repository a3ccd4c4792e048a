"""Somebody before a browser: what people do on pages and read there, in the words of the person's language."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from app import spoken
from app.core.languages import Language
from tests.browser.service import CODE, Service, awaited, the

# A country whose documents are offered in the language, and how the choice there names it.
PLACES = {
    Language.ENGLISH: ("US", "en-US"),
    Language.SWEDISH: ("SE", "sv-SE"),
    Language.SIMPLIFIED: ("SG", "zh-SG"),
    Language.TRADITIONAL: ("TW", "zh-HK"),
}
FACTS = """it => Object.fromEntries(
  [...it.querySelectorAll("dt")].map(one => [one.innerText, one.nextElementSibling.innerText]))"""


@dataclass(frozen=True)
class Person:
    page: Page
    service: Service
    language: Language = Language.ENGLISH

    def words(self, message: str, **names: str) -> str:
        """What the catalogue makes of it; without names nothing is filled in."""
        text = str(spoken.catalogue(self.language).gettext(message))
        return text % names if names else text

    # What people do

    def opens(self, where: str) -> None:
        self.page.goto(where if where.startswith("http") else self.service.address + where)

    def presses(self, button: str) -> None:
        self.page.get_by_role("button", name=self.words(button), exact=True).click()

    def follows(self, link: str) -> None:
        self.page.get_by_role("link", name=self.words(link), exact=True).click()

    def unfolds(self, summary: str) -> None:
        self.page.locator("summary", has_text=self.words(summary)).click()

    def field(self, label: str) -> Locator:
        """A label may go on to say that the field may be left empty."""
        ends = re.escape(self.words("optional"))
        return self.page.get_by_label(re.compile(rf"^{re.escape(self.words(label))}( {ends})?$"))

    def fills(self, **typed: str) -> None:
        """Fields by their names, where labels would only repeat them."""
        for name, text in typed.items():
            self.page.locator(f"main [name={name}]:not([type=hidden])").fill(text)

    def writes(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def ticks(self, beginning: str) -> None:
        """A box, or one of several choices, by how its label begins."""
        begins = re.compile(f"^{re.escape(self.words(beginning))}")
        self.page.locator("label", has_text=begins).locator("input").check()

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
            box.check()
        self.presses(button)
        self.is_told("Thank you, the acceptance is recorded")
        return self.facts_of_main()[self.words("Receipt")]

    def facts_of_main(self) -> dict[str, str]:
        found: dict[str, str] = self.page.locator("main").evaluate(FACTS)
        return found
