"""Customers: the tenant the whole installation knows, and what each partner knows of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.contact import Contact
from app.core.vocabulary import Cloud, PurchaseKind, RelationshipState
from app.db import Base, by_bytes, new_id, vocabulary
from app.models.partners import Partner


class Customer(Base):
    """A tenant. Names and people are each partner's own business and stand in `Relationship`."""

    __tablename__ = "customer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    domain: Mapped[str | None] = mapped_column(String(253), unique=True)
    cloud: Mapped[Cloud] = mapped_column(vocabulary(Cloud, "cloud"))
    created_at: Mapped[datetime]


class CustomerUser(Base):
    """Somebody who signs in for a tenant."""

    __tablename__ = "customer_user"
    __table_args__ = (Index(None, "customer_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    user_name: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    # The password it was made with, encrypted; wiped once the user has one of its own.
    first_password: Mapped[bytes | None] = mapped_column(LargeBinary)
    must_change: Mapped[bool]
    is_admin: Mapped[bool]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Relationship(Base):
    """What one partner has with, and knows of, one customer."""

    __tablename__ = "relationship"
    __table_args__ = (
        Index(None, "partner_id", "customer_id", unique=True),
        Index(None, "customer_id"),
        # In these orders a partner, and a reseller, leafs through its customers and searches them.
        Index(None, "partner_id", "company_key", "id"),
        Index(None, "partner_id", "domain", "id"),
        Index(None, "partner_id", "country", "company_key", "id"),
        # Whose contact a suppressed mailbox is.
        Index(None, "partner_id", "mailbox"),
        Index(None, "reseller_id", "company_key", "id"),
        Index(None, "reseller_id", "domain", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    reseller_id: Mapped[UUID | None] = mapped_column(ForeignKey(Partner.id))
    state: Mapped[RelationshipState] = mapped_column(vocabulary(RelationshipState, "state"))
    company: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(35))
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    # Whom and where to bill, as the vendor's create call spells it; read back as it was given.
    billing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The company's name as it is searched for, and the tenant's domain once more; a tenant never changes its domain.
    company_key: Mapped[str] = mapped_column(by_bytes(600), server_default="")
    domain: Mapped[str | None] = mapped_column(by_bytes(253))
    # The contact's address in the spelling that suppressions are kept in.
    mailbox: Mapped[str] = mapped_column(by_bytes(254), server_default="")
    created_at: Mapped[datetime]
    customer: Mapped[Customer] = relationship()

    @property
    def contact(self) -> Contact:
        return Contact(self.first_name, self.last_name, self.email, self.phone)


class FurtherReseller(Base):
    """Another reseller that the same provider works through for a customer; there is one confirmation all the same."""

    __tablename__ = "further_reseller"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id), primary_key=True)
    reseller_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True, index=True)


class Purchase(Base):
    """Something the customer bought through a partner, as that partner told us."""

    __tablename__ = "purchase"
    __table_args__ = (
        Index(None, "partner_id", "customer_id"),
        Index(None, "customer_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    kind: Mapped[PurchaseKind] = mapped_column(vocabulary(PurchaseKind, "kind"))
    bought_on: Mapped[date]
    # Where it was an order placed through us: lines of one order share its id.
    order_id: Mapped[UUID | None]
    offer_id: Mapped[str | None] = mapped_column(String(200))
    quantity: Mapped[int | None]
    created_at: Mapped[datetime]
