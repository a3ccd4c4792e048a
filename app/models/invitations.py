"""Invitations, the people who must not be mailed, and the portal sessions of those who followed a link."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, exists, text
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.core.carrying import Delivery
from app.core.contact import Contact
from app.core.vocabulary import InvitationKind, InvitationStatus, Method
from app.db import Base, new_id, vocabulary
from app.models.customers import CustomerUser
from app.models.machines import Machine
from app.models.partners import Partner, Staff

OPEN, RETURNED = text("status = 'open'"), text("delivery IN ('bounced', 'complained')")


class Invitation(Base):
    """One request to one person. Its link is derived from the id and the generation, and stored nowhere."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(None, "partner_id", "id"),
        Index("uq_invitation_open", "machine_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_invitation_expiring", "partner_id", "expires_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "ix_invitation_returned", "partner_id", "delivery", "id", sqlite_where=RETURNED, postgresql_where=RETURNED
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    machine_id: Mapped[UUID] = mapped_column(ForeignKey(Machine.id), index=True)
    kind: Mapped[InvitationKind] = mapped_column(vocabulary(InvitationKind, "kind"))
    generation: Mapped[int]
    status: Mapped[InvitationStatus] = mapped_column(vocabulary(InvitationStatus, "status"))
    delivery: Mapped[Delivery] = mapped_column(vocabulary(Delivery, "delivery"))
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(35))
    dap: Mapped[bool]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    created_at: Mapped[datetime]
    # When it was last sent again, with another link and its whole time before it.
    renewed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    # The row of the newest mail owed for it, in the outbox or its archive.
    mail_id: Mapped[UUID | None]
    # Words of the inviter's own, where there are any.
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    # Days of its own for reminders, and where the contact is, if not just anywhere in the customer's country.
    reminders: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    time_zone: Mapped[str | None] = mapped_column(String(60))
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    reminds_at: Mapped[datetime | None]
    # When it was last brought to mind, by the clock or by staff.
    reminded_at: Mapped[datetime | None]
    # The contact wants no more reminders.
    stopped_at: Mapped[datetime | None]
    # The invitation whose contact named this one's.
    handed_from: Mapped[UUID | None]
    machine: Mapped[Machine] = relationship()

    @property
    def contact(self) -> Contact:
        return Contact(self.first_name, self.last_name, self.email, self.phone)


_later = aliased(Invitation)
# Of an agreement's invitations the one made last: ids grow with time.
NEWEST = ~exists().where(_later.machine_id == Invitation.machine_id, _later.id > Invitation.id)


class Suppression(Base):
    """A mailbox a partner must not write to, and why."""

    __tablename__ = "suppression"
    __table_args__ = (Index(None, "partner_id", "mailbox", unique=True), Index(None, "partner_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    mailbox: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(String(500))
    created_by: Mapped[str | None] = mapped_column(String(540))
    created_at: Mapped[datetime]


class SuppressionLifted(Base):
    """A mailbox that may be written to again: who decided it and why, and what had kept it on the list."""

    __tablename__ = "suppression_lifted"
    __table_args__ = (Index(None, "partner_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    mailbox: Mapped[str] = mapped_column(String(254))
    was: Mapped[str] = mapped_column(String(500))
    why: Mapped[str | None] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(540))
    at: Mapped[datetime]


class PortalSession(Base):
    """A browser that followed an invitation link and asked to be identified."""

    __tablename__ = "portal_session"
    __table_args__ = (
        CheckConstraint("method IN ('email-code', 'password')", name="method"),
        Index(None, "invitation_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey(Invitation.id))
    generation: Mapped[int]
    # A mailed code is derived from the session id and this number; zero means none was asked for.
    code_number: Mapped[int]
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int]
    method: Mapped[Method | None] = mapped_column(String(20))
    customer_user_id: Mapped[UUID | None] = mapped_column(ForeignKey(CustomerUser.id))
    # The session that goes on in this one's place; for a moment a form sent twice from the same address still finds it.
    replaced_by: Mapped[UUID | None]
    replaced_at: Mapped[datetime | None]
    replaced_from: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
