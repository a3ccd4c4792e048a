"""Webhooks that we send: the addresses partners gave, and what was delivered there, with every try."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.hooks import Calling, Disabling, SigningScheme
from app.db import Base, new_id, vocabulary
from app.models.partners import Partner

VENDORS, WAITING, GIVEN_UP = text("scheme = 'vendor'"), text("status = 'waiting'"), text("status = 'failed'")


class WebhookEndpoint(Base):
    """An address that is told of a partner's events, in their order.

    Up to `cursor` every event of the feed was taken up: delivered, or noted as a delivery that waits or failed. While
    the newest of these fails, the others wait behind it until `held_until`. Before `free_at` nobody else may call:
    it is leased, or left in peace for a moment.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        Index(None, "partner_id", "id"),
        Index("uq_webhook_endpoint_vendor", "partner_id", unique=True, sqlite_where=VENDORS, postgresql_where=VENDORS),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    scheme: Mapped[SigningScheme] = mapped_column(vocabulary(SigningScheme, "scheme"))
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str | None] = mapped_column(String(200))
    # Sealed by the vault; while secrets change hands the former one signs as well.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None]
    # The vendor's flag: the signature goes into a header of its own.
    own_header: Mapped[bool] = mapped_column(default=False)
    cursor: Mapped[int] = mapped_column(BigInteger)
    # How far the cursor ever was: up to there events may have been delivered before.
    furthest: Mapped[int] = mapped_column(BigInteger)
    held_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    # The last try did not even find anybody listening.
    unreachable: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[Disabling | None] = mapped_column(vocabulary(Disabling, "disabled_why"))
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    free_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event for one endpoint under one name, with the tries made to deliver it."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id", "name"),
        Index("ix_webhook_delivery_due", "endpoint_id", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_webhook_delivery_failed", "partner_id", "id", sqlite_where=GIVEN_UP, postgresql_where=GIVEN_UP),
        Index(None, "partner_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey(WebhookEndpoint.id, ondelete="CASCADE"))
    # The `webhook-id`, the same for every try.
    event_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    # The event's number in the feed; a test has none.
    seq: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[Calling] = mapped_column(vocabulary(Calling, "status"))
    # Tries since it was first due, or since it was asked for anew.
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    tries: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime]


# Spelled out: a partial index is found only by its own words.
WAITS = WebhookDelivery.status == literal_column("'waiting'")
FAILED = WebhookDelivery.status == literal_column("'failed'")
