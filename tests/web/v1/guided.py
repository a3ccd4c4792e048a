"""The page on webhooks as it is read: what stands in its blocks of code, and what the page is made of."""

from flask import Flask

from tests.web.v1.test_docs import Page


class Guide(Page):
    """`codes` by the language or the event that each block names."""

    def __init__(self, text: str) -> None:
        self.codes: dict[str, str] = {}
        self.words = ""
        self._code = ""
        super().__init__(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag == "pre":
            given = dict(attrs)
            self._code = given.get("data-language") or given.get("data-event") or ""

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self._code = "" if tag == "pre" else self._code

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        self.words += data
        if self._code:
            self.codes[self._code] = self.codes.get(self._code, "") + data


def read(app: Flask) -> Guide:
    found = app.test_client().get("/docs/webhooks")
    assert (found.status_code, found.mimetype) == (200, "text/html")
    return Guide(found.text)
