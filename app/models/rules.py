"""Dated rules that came after installing: versions of agreements, their documents, and partners' own policy rows."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.vocabulary import AgreementType
from app.db import Base, new_id, vocabulary
from app.models.blobs import Blob
from app.models.partners import Partner


class AgreementVersion(Base):
    """A published wording; like everything that customers were asked for it is never edited."""

    __tablename__ = "agreement_version"
    __table_args__ = (UniqueConstraint("agreement_type", "rank"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agreement_type: Mapped[AgreementType] = mapped_column(vocabulary(AgreementType, "agreement_type"))
    rank: Mapped[int]
    material: Mapped[bool]
    published: Mapped[date]
    effective: Mapped[date]
    grace: Mapped[date | None]
    created_at: Mapped[datetime]


class AgreementDocument(Base):
    """The text of a version for one country (or `*`) and language, as bytes kept from publication on."""

    __tablename__ = "agreement_document"
    __table_args__ = (UniqueConstraint("agreement_type", "rank", "country", "language"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agreement_type: Mapped[AgreementType] = mapped_column(vocabulary(AgreementType, "agreement_type"))
    rank: Mapped[int]
    country: Mapped[str] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(35))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256))
    created_at: Mapped[datetime]


class PolicyRevision(Base):
    """A partner's own policy rows as TOML; the newest holds, the former ones stay."""

    __tablename__ = "policy_revision"
    __table_args__ = (Index(None, "partner_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    content: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(String(540))
    created_at: Mapped[datetime]
