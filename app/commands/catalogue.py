"""Publish versions of agreements and keep their documents; what is published stays as it is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from app.commands.files import File, keep
from app.core import contact as text
from app.core.act import Act
from app.core.agreements import EVERYWHERE, Catalogue
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import ActorKind, AgreementType
from app.db import db, new_id
from app.models import AgreementDocument, AgreementVersion


@dataclass(frozen=True)
class Publication:
    type: AgreementType
    material: bool
    published: date
    effective: date | None = None
    grace: date | None = None


def publish(act: Act, what: Publication, known: Catalogue) -> AgreementVersion:
    """The next version of an agreement. It is the vendor's text for all partners, so the operator publishes it."""
    refuse_if(act.kind is not ActorKind.SYSTEM, Reason.ROLE_NOT_ALLOWED)
    effective = what.effective or what.published
    refuse_if(effective < what.published, Reason.INVALID_VALUE, field="effective (not before published)")
    refuse_if(bool(what.grace and what.grace < effective), Reason.INVALID_VALUE, field="grace (not before effective)")
    refuse_if(bool(what.grace and not what.material), Reason.INVALID_VALUE, field="grace (a minor version needs none)")
    last = known.versions(what.type)[-1]
    early = effective < last.effective
    refuse_if(early, Reason.INVALID_VALUE, field=f"effective (version {last.rank} is effective {last.effective})")
    version = AgreementVersion(
        id=new_id(),
        agreement_type=what.type,
        rank=last.rank + 1,
        material=what.material,
        published=what.published,
        effective=effective,
        grace=what.grace,
        created_at=act.at,
    )
    db.session.add(version)
    db.session.flush()
    return version


def add_document(
    act: Act, kind: AgreementType, rank: int, country: str, language: str, file: File, known: Catalogue
) -> AgreementDocument:
    """The bytes of a version's text for a country, or for all (`*`), in a language; they are never exchanged."""
    refuse_if(act.kind is not ActorKind.SYSTEM, Reason.ROLE_NOT_ALLOWED)
    refuse_if(rank not in [version.rank for version in known.versions(kind)], Reason.NOT_FOUND, what="version")
    refuse_if(country != EVERYWHERE and not known.knows(country), Reason.INVALID_VALUE, field="country")
    place = {"agreement_type": kind, "rank": rank, "country": country, "language": text.language(language)}
    held = exists().where(*(getattr(AgreementDocument, name) == value for name, value in place.items()))
    refuse_if(bool(db.session.scalar(select(held))), Reason.ALREADY_EXISTS, what="The document for this place")
    document = AgreementDocument(
        id=new_id(), **place, name=file.name, media_type=file.media_type, sha256=keep(act, file), created_at=act.at
    )
    db.session.add(document)
    return document
