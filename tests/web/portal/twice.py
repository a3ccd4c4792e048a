"""A form as a double click sends it: twice, with the cookie that was there before the first answer."""

from dataclasses import dataclass

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.db import db
from app.models import Invitation, PortalSession
from tests.web.portal.visitor import Visitor

CODE, PASSWORD = "/portal/code", "/portal/password"
OWN = "seven purple tigers"


@dataclass
class Sent:
    """A form that is about to be sent, and the cookie that goes with it."""

    visitor: Visitor
    action: str
    form: dict[str, str]
    cookie: str
    invitation: Invitation

    def again(self, **changes: str) -> TestResponse:
        self.visitor.client.set_cookie("assent", self.cookie)
        return self.visitor.post(self.action, self.form | changes)

    def sessions(self) -> int:
        db.session.rollback()
        held = (PortalSession.invitation_id == self.invitation.id, PortalSession.replaced_by.is_(None))
        return db.session.scalar(select(func.count()).where(*held)) or 0
