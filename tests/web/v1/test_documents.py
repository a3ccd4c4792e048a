"""The agreement's text: links of five minutes for a country and language, and the bytes behind them."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import catalogue
from app.commands.files import File
from app.core import documents
from app.core.documents import LIFETIME, NONCE_BYTES, Pass, Use
from app.core.vocabulary import AgreementType
from app.db import db, transaction
from app.installation import installation
from app.models import AgreementDocument
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import (
    BASE,
    CLOUD_TEMPLATE,
    MCA_TEMPLATE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    program,
    refusal,
)

WHERE = f"/v1/agreementtemplates/{MCA_TEMPLATE}/document"
SWEDISH, ENGLISH = b"%PDF-1.7 Avtalet", b"PK The agreement"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module", autouse=True)
def kept(built: Flask) -> None:
    """The text of version 0: Swedish for Sweden, English for Sweden and Norway."""
    with built.app_context(), transaction():
        known, act, kind = installation().rules.catalogue, acts.console(), AgreementType.MCA
        catalogue.add_document(act, kind, 0, "SE", "sv-SE", File("avtal.pdf", "application/pdf", SWEDISH), known)
        for country in ("SE", "NO"):
            catalogue.add_document(act, kind, 0, country, "en-US", File("mca.docx", WORD, ENGLISH), known)


def links(who: Program, asked: str) -> Any:
    return who.get(f"{WHERE}?{asked}")


def fetched(app: Flask, uri: str) -> Any:
    """What somebody without any token gets there."""
    assert uri.startswith(f"{BASE}/v1/documents/")
    return Program(app).send("GET", uri.removeprefix(BASE))


def test_the_text_is_shown_or_saved_by_whoever_has_the_link(desk: Desk, app: Flask) -> None:
    found = links(desk.program, "country=SE&language=sv-SE")
    assert (found["language"], found["country"], set(found)) == (
        "sv-SE",
        "SE",
        {"displayUri", "downloadUri", "language", "country"},
    )
    shown, saved = fetched(app, found["displayUri"]), fetched(app, found["downloadUri"])
    for answer, how in ((shown, "inline"), (saved, "attachment")):
        assert (answer.status_code, answer.data, answer.mimetype) == (200, SWEDISH, "application/pdf")
        assert answer.headers["Content-Disposition"] == f"{how}; filename=avtal.pdf"


def test_every_link_is_another_and_is_read_in_any_case(desk: Desk, app: Flask) -> None:
    pages = [links(desk.program, "country=SE") for _ in range(2)]
    uris = {page[name] for page in pages for name in ("displayUri", "downloadUri")}
    assert len(uris) == 4
    last = min(uris).rsplit("/", 1)[1]
    assert Program(app).send("GET", f"/V1/Documents/{last.upper()}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("country=SE", "en-US"),
        ("country=SE&language=fi-FI", "en-US"),
        ("country=NO&language=nb-NO", "en-US"),
        ("COUNTRY=SE&Language=sv-SE", "sv-SE"),
    ],
)
def test_english_stands_in_where_a_language_is_not_on_offer_or_not_held(desk: Desk, asked: str, language: str) -> None:
    assert links(desk.program, asked)["language"] == language


def test_what_is_no_pdf_is_saved_whatever_the_link_says(desk: Desk, app: Flask) -> None:
    answer = fetched(app, links(desk.program, "country=NO")["displayUri"])
    assert (answer.data, answer.mimetype) == (ENGLISH, WORD)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_where_no_text_is_held_the_remedy_says_who_adds_it(desk: Desk) -> None:
    answer = desk.program.send("GET", WHERE)
    assert refusal(answer) == (404, 1000, "no-document")
    assert answer.json
    assert "US" in answer.json["description"]
    assert "assent catalogue publish" in answer.json["description"]


@pytest.mark.parametrize("template", [CLOUD_TEMPLATE, UNKNOWN])
def test_only_the_customer_agreement_has_a_text(desk: Desk, template: str) -> None:
    answer = desk.program.send("GET", f"/v1/agreementTemplates/{template}/document?country=SE")
    assert refusal(answer) == NOT_FOUND


@pytest.mark.parametrize("asked", ["country=se", "country=XX", "country=Sweden", "country=SE&language=%3Cb%3E"])
def test_a_country_or_language_that_nobody_knows_is_refused(desk: Desk, asked: str) -> None:
    assert refusal(desk.program.send("GET", f"{WHERE}?{asked}")) == (400, 3000, "invalid-value")


def test_links_are_made_for_every_token_and_for_no_stranger(desk: Desk, app: Flask) -> None:
    assert links(program(app, desk.fabrikam), "country=SE")["country"] == "SE"
    assert refusal(Program(app).send("GET", f"{WHERE}?country=SE")) == NOT_SIGNED_IN


def made(age: timedelta, document: UUID | None = None) -> str:
    """A link as it would have been made so long ago."""
    id = document or db.session.scalars(select(AgreementDocument.id)).first()
    assert id
    key = installation().keys.document
    given = Pass(id, Use.DISPLAY)
    return f"/v1/documents/{documents.token(key, given, acts.now() - age, secrets.token_bytes(NONCE_BYTES))}"


def test_a_link_dies_after_five_minutes(app: Flask) -> None:
    stranger = Program(app)
    assert stranger.send("GET", made(LIFETIME - timedelta(seconds=30))).status_code == 200
    assert refusal(stranger.send("GET", made(LIFETIME))) == (410, 2000, "link-expired")


def test_a_link_that_is_not_ours_leads_nowhere(app: Flask) -> None:
    stranger, good = Program(app), made(timedelta())
    forged = good[:-40] + ("a" if good[-40] != "a" else "b") + good[-39:]
    strange = [
        forged,
        good[:-1],
        good + "aaaaaaaa",
        "/v1/documents/x",
        "/v1/documents/%C3%A5",
        made(timedelta(), UUID(UNKNOWN)),
    ]
    for where in strange:
        assert refusal(stranger.send("GET", where)) == NOT_FOUND
