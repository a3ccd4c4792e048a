"""A browser without the browser, over the wire: cookies, forms, redirects."""

import json
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.web.forms import forms


class Client:
    def __init__(self, address: str, token: str = "") -> None:
        self.address, self.page = address, ""
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders = [("Authorization", f"Bearer {token}")] if token else []

    def open(self, where: str, data: bytes | None = None, **headers: str) -> int:
        try:
            with self._opener.open(Request(urljoin(self.address, where), data, headers), timeout=20) as answer:
                self.page = answer.read().decode()
                return int(answer.status)
        except HTTPError as error:
            self.page = error.read().decode()
            return error.code

    def submit(self, action: str, **fields: str) -> int:
        form = next(form for form in forms(self.page) if form.action == action)
        return self.open(action, urlencode(form.fields | form.boxes | fields).encode())

    def made(self, where: str, body: Any, key: str) -> Any:
        """What the API answers to a request with a key of its own, so that the answer is kept."""
        more = {"Content-Type": "application/json", "Idempotency-Key": key}
        status = self.open(where, json.dumps(body).encode(), **more)
        assert status in (200, 201), self.page
        return json.loads(self.page)
