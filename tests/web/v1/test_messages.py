"""`GET /v1/invitations/{id}/message`: what the mail says, with its link masked unless somebody who may asks for it."""

import email
import re
from email import policy
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.mails import LONGEST_MAILTO, mailto
from app.core.vocabulary import Role
from app.db import db
from app.models import Outbox, Record
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import NOT_FOUND, UNKNOWN, of, refusal, untouched

LIVE = re.compile(r"/AdminPortal/Home/([A-Za-z0-9_-]{43})\?")
MASKED = "/AdminPortal/Home/********?"
EML = {"Accept": "message/rfc822"}


def message_of(desk: Desk, **more: Any) -> str:
    found = desk.program.made(of(desk.customer(), "invitations"), {"kind": "agreement"} | more)
    return f"/v1/invitations/{found['id']}/message"


def copied() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Record).where(Record.event == "link-copied")).all())


def test_the_message_is_shown_without_the_link_that_works(desk: Desk) -> None:
    where = message_of(desk)
    with untouched():
        found = desk.program.get(where)
    assert found["attributes"] == {"objectType": "Message"}
    assert "Contoso" in found["subject"] + found["text"]
    assert MASKED in found["text"]
    assert MASKED in found["html"]
    assert not LIVE.search(str(found))


def test_the_live_link_is_shown_to_an_admin_agent_and_goes_on_record(app: Flask, desk: Desk) -> None:
    where, before = message_of(desk), copied()
    found = desk.program.get(f"{where}?link=live")
    token = LIVE.search(found["text"])
    assert token
    assert token[1] in found["html"]
    assert MASKED not in str(found)
    assert copied() == before + 1
    assert app.test_client().get(f"/AdminPortal/Home/{token[1]}").status_code == 303
    with db.engine.connect() as connection:
        stored = [*connection.execute(select(Outbox.payload)).all(), *connection.execute(select(Record.body)).all()]
    assert token[1] not in str(stored)


def test_a_head_shows_nothing_and_writes_nothing(desk: Desk) -> None:
    where = message_of(desk)
    with untouched():
        found = desk.program.send("HEAD", f"{where}?link=live")
    assert (found.status_code, found.data) == (200, b"")


@pytest.mark.parametrize("link", ["masked", "live"])
def test_the_mail_comes_as_a_file(desk: Desk, link: str) -> None:
    where = message_of(desk)
    found = desk.program.send("GET", f"{where}?link={link}", EML)
    assert (found.status_code, found.mimetype) == (200, "message/rfc822")
    assert re.fullmatch(r'attachment; filename="invitation-[0-9a-f-]{36}\.eml"', found.headers["Content-Disposition"])
    mail = email.message_from_bytes(found.data, policy=policy.default)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert html
    for part in (text, html):
        assert bool(LIVE.search(part.get_content())) == (link == "live")
    assert "Maria Ek" in str(mail["To"])
    assert mail.keys() == ["X-Unsent", "To", "Reply-To", "Subject", "MIME-Version", "Content-Type"]


def test_a_mail_program_opens_with_the_very_words(desk: Desk) -> None:
    assert desk.program.get(message_of(desk))["mailto"] is None, "a masked link leads nowhere"
    found = desk.program.get(f"{message_of(desk)}?link=live")
    parts = urlsplit(found["mailto"])
    assert len(found["mailto"]) < LONGEST_MAILTO
    assert parts.scheme == "mailto"
    assert unquote(parts.path).startswith("maria@")
    said = parse_qs(parts.query, strict_parsing=True)
    assert said == {"subject": [found["subject"]], "body": [found["text"].replace("\n", "\r\n")]}


def test_what_is_too_long_for_an_address_is_none() -> None:
    for text, fits in (("x" * 1800, True), ("x" * 1900, False), ("协" * 300, False)):
        assert (mailto("li+wei?&@contoso.example", "Hej & hopp", text) is not None) == fits
    found = mailto("li+wei?&@contoso.example", "Hej & hopp", "a\r\nb\nc") or ""
    assert found == "mailto:li%2Bwei%3F%26@contoso.example?subject=Hej%20%26%20hopp&body=a%0D%0Ab%0D%0Ac"


def test_what_was_taken_back_has_a_message_and_no_live_link(desk: Desk) -> None:
    where = message_of(desk)
    desk.program.made(where.replace("message", "revoke"), {}, 200)
    assert MASKED in desk.program.get(where)["text"]
    with untouched():
        found = desk.program.send("GET", f"{where}?link=live")
    assert refusal(found) == (410, 2000, "invitation-revoked")


def test_who_may_not_see_the_live_link_may_read_the_message(desk: Desk, chain: Chain) -> None:
    where, sales, helpdesk = message_of(desk), desk.colleague(Role.SALES_AGENT), desk.colleague(Role.HELPDESK_AGENT)
    assert MASKED in sales.get(where)["text"]
    with untouched():
        assert refusal(sales.send("GET", f"{where}?link=live")) == (403, 900150, "role-not-allowed")
        assert refusal(helpdesk.send("GET", where)) == (403, 900150, "role-not-allowed")
        for foreign in (where, f"/v1/invitations/{UNKNOWN}/message"):
            assert refusal(chain.pia.send("GET", foreign)) == NOT_FOUND
        assert refusal(sales.send("GET", f"{where}?link=both")) == (400, 3000, "invalid-value")
