"""Somebody of a partner's staff at the dashboard, signed in, without the browser."""

from flask import Flask
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import entries
from app.core.vocabulary import Method
from app.db import transaction
from app.models import Staff
from tests.web.portal.visitor import Visitor


class Member(Visitor):
    """A browser with a session in its cookie, as if its owner had just signed in with password and second factor."""

    def __init__(self, app: Flask, staff: Staff, base_url: str = "http://localhost") -> None:
        super().__init__(app, base_url)
        with transaction():
            session = entries.begin(acts.console(), staff, Method.PASSWORD, verified=True)
        with self.client.session_transaction(base_url=base_url) as cookie:
            cookie.permanent = True
            cookie["staff"] = str(session.id)

    def open(self, where: str) -> TestResponse:
        """A page that is there."""
        answer = self.get(where)
        assert answer.status_code == 200, (where, answer.status_code)
        return answer
