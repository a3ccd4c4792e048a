"""How a partner's mails look and when they go: wordings, branding, reminders, pauses; and which relays refuse us."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.carrying import Pausing
from app.core.languages import Language
from app.db import Base, new_id, vocabulary
from app.models.blobs import Blob
from app.models.partners import Partner


class MailTemplate(Base):
    """A partner's own wording of a mail: every save is a row, the newest holds; one without words is a reset."""

    __tablename__ = "mail_template"
    __table_args__ = (Index(None, "partner_id", "kind", "language", "version", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[Language] = mapped_column(vocabulary(Language, "language"))
    version: Mapped[int]
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(540))
    created_at: Mapped[datetime]


class MailPolicy(Base):
    """What a partner has decided about its mails; what it left open is the installation's."""

    __tablename__ = "mail_policy"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    # What the partner's own people read.
    language: Mapped[Language | None] = mapped_column(vocabulary(Language, "language"))
    # Days after the invitation; an empty list is none at all.
    reminders: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    # As the setting spells them: "20-8", or "off".
    quiet_hours: Mapped[str | None] = mapped_column(String(20))
    # Days before the end; zero is no warning.
    warning_days: Mapped[int | None]
    # First passwords stand in mails instead of behind a one-time link.
    password_in_mail: Mapped[bool] = mapped_column(default=False)
    colour: Mapped[str | None] = mapped_column(String(7))
    logo_sha256: Mapped[str | None] = mapped_column(ForeignKey(Blob.sha256))
    logo_type: Mapped[str | None] = mapped_column(String(20))
    logo_alt: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(540))


class MailPause(Base):
    """Bulk mail that is held back: of one partner, or of all where none is named."""

    __tablename__ = "mail_pause"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey(Partner.id), unique=True)
    why: Mapped[Pausing] = mapped_column(vocabulary(Pausing, "why"))
    # Codes and one-time links are held back too.
    codes_too: Mapped[bool]
    note: Mapped[str | None] = mapped_column(String(1000))
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(540))


class MailRoute(Base):
    """A relay that said it does not want our mail (5.7.x): it gets none until then, and is tried again after it."""

    __tablename__ = "mail_route"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    answer: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    paused_until: Mapped[datetime]
    strikes: Mapped[int]


class Reveal(Base):
    """A one-time link to a first password. The link is derived from id and generation, and stored nowhere."""

    __tablename__ = "reveal"
    __table_args__ = (Index(None, "customer_user_id"), Index(None, "machine_id"), Index(None, "partner_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    customer_user_id: Mapped[UUID] = mapped_column(ForeignKey("customer_user.id"))
    machine_id: Mapped[UUID] = mapped_column(ForeignKey("machine.id"))
    generation: Mapped[int]
    # Whose mailbox it goes to.
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(35))
    # The browser that asked for a code last: the code is derived from this and its number.
    session: Mapped[UUID | None]
    code_number: Mapped[int] = mapped_column(default=0)
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    # That browser gave the right code.
    identified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]
