"""The customer agreement as a state machine, its chain of records, and the news the sequencer numbers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.lifecycle import Event, State
from app.core.tally import Passed
from app.core.vocabulary import AcceptanceMethod, AgreementType, Assurance, NewsType, Note
from app.db import Base, new_id, vocabulary
from app.models.customers import Customer, Relationship
from app.models.partners import Partner

RECORDED = tuple(word.value for word in (*Event, *Note))
UNSTAMPED = text("seq IS NULL")
AGREED, RESOLD = text("accepted_version IS NOT NULL"), text("reseller_id IS NOT NULL")
FOR_ALL = text("assurance = 'tenant-oidc'")


class Machine(Base):
    """One agreement of one customer with one confirming partner."""

    __tablename__ = "machine"
    __table_args__ = (
        UniqueConstraint("partner_id", "customer_id", "agreement_type"),
        Index(None, "partner_id", "agreement_type", "state", "id"),
        Index(None, "customer_id"),
        Index(
            "ix_machine_accepted",
            *("partner_id", "agreement_type", "accepted_version", "id"),
            sqlite_where=AGREED,
            postgresql_where=AGREED,
        ),
        Index("ix_machine_resold", "reseller_id", "agreement_type", "id", sqlite_where=RESOLD, postgresql_where=RESOLD),
        Index("ix_machine_for_all", "customer_id", sqlite_where=FOR_ALL, postgresql_where=FOR_ALL),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    reseller_id: Mapped[UUID | None] = mapped_column(ForeignKey(Partner.id))
    agreement_type: Mapped[AgreementType] = mapped_column(vocabulary(AgreementType, "agreement_type"))
    state: Mapped[State] = mapped_column(vocabulary(State, "state"))
    origin: Mapped[State | None] = mapped_column(vocabulary(State, "origin"))
    since: Mapped[datetime]
    number: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    scenario: Mapped[int | None]
    # The newest acceptance on record that was not withdrawn.
    acceptance_number: Mapped[int | None]
    method: Mapped[AcceptanceMethod | None] = mapped_column(vocabulary(AcceptanceMethod, "method"))
    assurance: Mapped[Assurance | None] = mapped_column(vocabulary(Assurance, "assurance"))
    agreed_at: Mapped[datetime | None]
    template_id: Mapped[str | None] = mapped_column(String(36))
    accepted_version: Mapped[int | None]
    revision: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def on_record(self) -> bool:
        return self.acceptance_number is not None


# Beside every machine stands what its partner knows of the customer.
RELATED = and_(Relationship.partner_id == Machine.partner_id, Relationship.customer_id == Machine.customer_id)


class Record(Base):
    """One link of a machine's chain: the canonical bytes, never edited, never deleted (triggers see to it)."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("machine_id", "number"), Index(None, "partner_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    machine_id: Mapped[UUID] = mapped_column(ForeignKey(Machine.id))
    number: Mapped[int]
    event: Mapped[str] = mapped_column(
        Enum(*RECORDED, name="event", native_enum=False, create_constraint=True, length=40)
    )
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime]


class SealedValue(Base):
    """A personal value and its salt, apart from the record that commits to it; erasing a person deletes these."""

    __tablename__ = "sealed_value"
    __table_args__ = (
        UniqueConstraint("record_id", "name"),
        Index(None, "partner_id", "commitment"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    record_id: Mapped[UUID] = mapped_column(ForeignKey(Record.id))
    name: Mapped[str] = mapped_column(String(40))
    commitment: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    value: Mapped[Any] = mapped_column(JSON)


class Statement(Base):
    """The exact words and box labels a customer was shown, kept by their hash."""

    __tablename__ = "statement"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class News(Base):
    """What happened, for followers: written with the event, numbered afterwards by the sequencer."""

    __tablename__ = "news"
    __table_args__ = (
        UniqueConstraint("partner_id", "seq"),
        Index("ix_news_unstamped", "id", sqlite_where=UNSTAMPED, postgresql_where=UNSTAMPED),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    uid: Mapped[UUID] = mapped_column(default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    # Some news are about no agreement in particular.
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey(Customer.id))
    machine_id: Mapped[UUID | None] = mapped_column(ForeignKey(Machine.id))
    record_id: Mapped[UUID | None] = mapped_column(ForeignKey(Record.id))
    type: Mapped[NewsType] = mapped_column(vocabulary(NewsType, "type"))
    at: Mapped[datetime]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    # The state the event found and left; news of an older Assent do not say.
    before: Mapped[str | None] = mapped_column(String(40))
    after: Mapped[str | None] = mapped_column(String(40))
    # What the machine and its invitation were when all of the event was written; nobody's name stands in it.
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class NewsCounter(Base):
    """The last number the sequencer gave out for a partner."""

    __tablename__ = "news_counter"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class StateCount(Base):
    """How many of a partner's agreements are in a state, kept by the sequencer as it numbers what moved them."""

    __tablename__ = "state_count"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    agreement_type: Mapped[AgreementType] = mapped_column(vocabulary(AgreementType, "agreement_type"), primary_key=True)
    state: Mapped[State] = mapped_column(vocabulary(State, "state"), primary_key=True)
    number: Mapped[int]


class MonthCount(Base):
    """How many of a partner's agreements were asked for and confirmed in a month (UTC), kept in the same way."""

    __tablename__ = "month_count"

    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    agreement_type: Mapped[AgreementType] = mapped_column(vocabulary(AgreementType, "agreement_type"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    passed: Mapped[Passed] = mapped_column(vocabulary(Passed, "passed"), primary_key=True)
    number: Mapped[int]
