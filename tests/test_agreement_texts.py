"""The texts of agreements: kept byte for byte from publication on, found by country and language."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import catalogue
from app.commands.catalogue import Publication
from app.commands.files import File
from app.core.agreements import Catalogue
from app.core.vocabulary import AgreementType
from app.db import db
from app.installation import installation
from app.models import Blob
from app.queries import rulebooks, versions
from tests.channel import done, refused

MCA = AgreementType.MCA


def known() -> Catalogue:
    return rulebooks.of(installation().rules, None).catalogue


def published() -> int:
    """The rank of a fresh version."""
    day = known().versions(MCA)[-1].effective + timedelta(days=1)
    return done(catalogue.publish, acts.console(), Publication(MCA, False, day), known()).rank


def keep(rank: int, country: str, language: str, content: bytes = b"agreed") -> Any:
    words = (MCA, rank, country, language, File("mca.docx", "text/plain", content), known())
    return catalogue.add_document(acts.console(), *words)


def test_a_reader_gets_the_countrys_edition_then_the_common_one_then_english(app: Flask) -> None:
    rank = published()
    for place in (("SE", "sv-SE"), ("*", "sv-SE"), ("*", "en-US"), ("NO", "en-US")):
        done(keep, rank, *place, content="/".join(place).encode())

    def found(country: str, language: str) -> tuple[str, str] | None:
        row = versions.document(MCA, rank, country, (language, "en-US"))
        return (row.country, row.language) if row else None

    assert found("SE", "sv-SE") == ("SE", "sv-SE")
    assert found("FI", "sv-SE") == ("*", "sv-SE")
    assert found("NO", "nb-NO") == ("NO", "en-US")
    assert found("NO", "sv-SE") == ("*", "sv-SE")
    assert found("DE", "de-DE") == ("*", "en-US")
    assert versions.document(MCA, published(), "SE", ("sv-SE", "en-US")) is None


def test_the_same_bytes_are_kept_once(app: Flask) -> None:
    rank = published()
    content = f"the very same, edition {rank}".encode()
    first, second = done(keep, rank, "SE", "sv-SE", content), done(keep, rank, "FI", "sv-SE", content)
    assert first.sha256 == second.sha256
    held = select(Blob.size, Blob.content).where(Blob.sha256 == first.sha256)
    assert [tuple(row) for row in db.session.execute(held)] == [(len(content), content)]


def test_a_document_is_never_exchanged(app: Flask) -> None:
    rank = published()
    kept = done(keep, rank, "SE", "sv-SE")
    for content in (b"agreed", b"agreed otherwise"):
        assert refused(keep, rank, "SE", "sv-SE", content) == "already-exists"
    found = versions.document(MCA, rank, "SE", ("sv-SE",))
    assert found
    assert (found.id, found.sha256) == (kept.id, kept.sha256)


@pytest.mark.parametrize(
    ("more", "country", "language", "reason"),
    [(1, "SE", "sv-SE", "not-found"), (0, "XX", "sv-SE", "invalid-value"), (0, "SE", "s v", "invalid-value")],
)
def test_a_document_has_a_version_a_country_and_a_language(
    app: Flask, more: int, country: str, language: str, reason: str
) -> None:
    assert refused(keep, published() + more, country, language) == reason
