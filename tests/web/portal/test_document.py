"""`GET /portal/agreement/document`: the agreement's text as it was kept, for the reader's country and language."""

import hashlib
import json

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import catalogue
from app.commands.files import File
from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType
from app.db import db, transaction
from app.installation import installation
from app.models import Record
from tests.cast import Cast, Story
from tests.web.conftest import NewVisitor
from tests.web.portal.visitor import Visitor

DOCUMENT = "/portal/agreement/document"
SWEDISH, ENGLISH = b"%PDF-1.7 Avtalet", b"PK The agreement"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module", autouse=True)
def kept(built: Flask) -> None:
    """The text of version 0: Swedish for Sweden, English for everybody."""
    with built.app_context():
        known, act, kind = installation().rules.catalogue, acts.console(), AgreementType.MCA
        with transaction():
            catalogue.add_document(act, kind, 0, "SE", "sv-SE", File("avtal.pdf", "application/pdf", SWEDISH), known)
            catalogue.add_document(act, kind, 0, "*", "en-US", File("åäö mca.docx", WORD, ENGLISH), known)


def fact(story: Story, name: str) -> object:
    db.session.rollback()
    body = db.session.scalars(
        select(Record.body).where(Record.machine_id == story.machine.id, Record.event == "accept")
    ).one()
    return json.loads(body)["facts"].get(name)


def test_a_swede_reads_the_swedish_text_and_its_hash_goes_on_record(visitor: Visitor, cast: Cast) -> None:
    story = cast.customer()
    page = visitor.identify(story.invite(language="sv"))
    assert "avtal.pdf" in page.text
    sha256 = hashlib.sha256(SWEDISH).hexdigest()
    assert sha256 in page.text
    text = visitor.send(visitor.client.get, DOCUMENT)
    assert (text.status_code, text.data, text.mimetype) == (200, SWEDISH, "application/pdf")
    assert text.headers["Content-Disposition"].startswith("inline")
    visitor.accept()
    assert fact(story, "documentSha256") == sha256


def test_a_language_that_is_not_kept_falls_back_to_english(visitor: Visitor, cast: Cast) -> None:
    story = cast.customer()
    visitor.identify(story.invite(language="de"))
    text = visitor.send(visitor.client.get, DOCUMENT)
    assert (text.data, text.mimetype) == (ENGLISH, WORD)
    assert "filename*=UTF-8''%C3%A5%C3%A4%C3%B6%20mca.docx" in text.headers["Content-Disposition"]
    assert text.headers["Content-Disposition"].startswith("attachment")
    assert text.headers["X-Content-Type-Options"] == "nosniff"
    visitor.accept()
    assert fact(story, "documentSha256") == hashlib.sha256(ENGLISH).hexdigest()


def test_only_who_is_identified_reads_it(another: NewVisitor, cast: Cast) -> None:
    invitation = cast.customer().invite()
    holder = another()
    holder.follow(invitation)
    assert holder.get(DOCUMENT).status_code == 401
    assert another().get(DOCUMENT).status_code == 401


def test_a_text_that_is_kept_is_not_exchanged(app: Flask) -> None:
    other, known = File("neu.pdf", "application/pdf", b"%PDF-1.7 other"), installation().rules.catalogue
    with pytest.raises(Refused) as refused, transaction():
        catalogue.add_document(acts.console(), AgreementType.MCA, 0, "SE", "sv-SE", other, known)
    assert refused.value.reason is Reason.ALREADY_EXISTS
