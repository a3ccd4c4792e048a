"""The forms of a page as a browser sees them: where they go and what they send by default."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

CONSENT = ("relationship", "agreement", "authority")


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.area = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(at.get("action", ""), at.get("method", "get")))
        elif not self.forms:
            return  # a field of no form
        elif tag == "textarea":
            self.area = at["name"]
            self.forms[-1].fields[self.area] = ""
        elif tag == "input" and at.get("type") == "checkbox":
            assert "checked" not in at or at["name"] not in CONSENT, "no consent is ticked for anybody"
            self.forms[-1].boxes[at.get("name", "")] = at.get("value", "on")
            if "checked" in at:
                self.forms[-1].fields[at["name"]] = at.get("value", "on")
        elif tag == "input" and at.get("type") == "radio":
            if "checked" in at:
                self.forms[-1].fields[at["name"]] = at["value"]
        elif tag == "input":
            self.forms[-1].fields[at["name"]] = at.get("value", "")
        elif tag == "select":
            self.select = at["name"]
        elif tag == "option" and self.select and ("selected" in at or self.select not in self.forms[-1].fields):
            self.forms[-1].fields[self.select] = at["value"]

    def handle_data(self, data: str) -> None:
        if self.area:
            # A line end right after the tag is the page's, not the field's.
            first = not self.forms[-1].fields[self.area]
            self.forms[-1].fields[self.area] += data.removeprefix("\n") if first else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def forms(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms
