"""Forms that bring files along, and what is read back of a record."""

from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from app.db import db
from app.models import Machine
from tests.model import reading
from tests.web.dashboard.member import Member

SIGNED = b"%PDF signed by Maria"


def brought(member: Member, action: str, *files: tuple[bytes, str], tick: bool = True, **fields: str) -> TestResponse:
    """Send the form with files, as a browser does: with its own defaults under what is filled in."""
    form = member.forms[action]
    data: dict[str, Any] = form.fields | (form.boxes if tick else {}) | fields
    data["files"] = [(BytesIO(content), name) for content, name in files] or (BytesIO(b""), "")
    member.page = member.post(action, data, follow_redirects=True, content_type="multipart/form-data")
    return member.page


def facts(machine: Machine) -> dict[str, Any]:
    """What the newest record says in the clear."""
    db.session.rollback()
    found: dict[str, Any] = reading.assert_chain_is_sound(machine.id)[-1]["facts"]
    return found
