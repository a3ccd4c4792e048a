"""The forms of a page as a browser sees them: where they go and what they send by default."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(at["action"], at["method"]))
        elif tag == "textarea":
            self.area = at["name"]
            self.forms[-1].fields[self.area] = ""
        elif tag == "input" and at.get("type") == "checkbox":
            assert "checked" not in at, "no box is ticked for anybody"
            self.forms[-1].boxes[at["name"]] = at["value"]
        elif tag == "input":
            self.forms[-1].fields[at["name"]] = at.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1].fields[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def forms(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms
