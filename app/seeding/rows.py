"""The rows that commands would have written for one made-up customer after the other."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from uuid_utils import uuid7

from app.core.carrying import Outcome
from app.core.contact import CONTACT_MEMBERS, mailbox
from app.core.countries import search_key
from app.core.duties import DUTIES
from app.core.effects import EFFECTS
from app.core.evidence import FIRST_PREV, canonical
from app.core.lifecycle import Event, State
from app.core.vocabulary import (
    AcceptanceMethod,
    AgreementType,
    Assurance,
    Cloud,
    Note,
    Owed,
    PurchaseKind,
    RelationshipState,
    TaskKind,
)
from app.db import Base
from app.models import (
    Customer,
    Machine,
    News,
    OutboxArchive,
    Purchase,
    Record,
    Relationship,
    SealedValue,
    Task,
)
from app.seeding.moulds import Moulds
from app.seeding.people import Company
from app.seeding.storage import COLUMNS, Moment, later

Rows = dict[type[Base], list[tuple[Any, ...]]]

SCENARIO = 1  # the customer has bought through this partner
FIRST_REVISION, MOVED = 1, 3  # a move is written with its record, and again with what follows from it
# Plain words: a driver takes longer over those that know their vocabulary.
PUBLIC, ACTIVE, ARCHIVED = Cloud.PUBLIC.value, RelationshipState.ACTIVE.value, Outcome.NOT_NEEDED.value
UNCONFIRMED, ATTESTED, BLOCKED = State.UNCONFIRMED.value, State.ATTESTED.value, State.BLOCKED.value
VOUCHED = (AcceptanceMethod.ATTESTED.value, Assurance.ATTESTED.value)
MOVES: tuple[tuple[Event | Note, str | None, str], ...] = (
    (Note.CREATED, None, UNCONFIRMED),
    (Event.ATTEST, UNCONFIRMED, ATTESTED),
    (Event.BLOCK, UNCONFIRMED, BLOCKED),
)
# The record's word, the news, and the state before and after.
TOLD: dict[Event | Note, tuple[str, str, str | None, str]] = {
    event: (event.value, EFFECTS[event].news.value, before, after) for event, before, after in MOVES
}
SEQ = COLUMNS[News].split().index("seq")


@dataclass(slots=True)
class Chain:
    """A machine as it grows."""

    id: str
    key: str
    customer: str
    kind: AgreementType
    number: int = 0
    head: str = FIRST_PREV


def new_key() -> str:
    """A time-ordered id such as every row has, in the form in which SQLite keeps ids and PostgreSQL reads them."""
    return uuid7().hex


def numbered(rows: Rows, first: int) -> Rows:
    """The rows, their news with numbers in the partner's feed."""
    return rows | {News: [(*row[:SEQ], seq, *row[SEQ:]) for seq, row in enumerate(rows[News], first)]}


class Batch:
    """The rows of some customers of one partner."""

    def __init__(self, moulds: Moulds, partner: str, mail_domain: str) -> None:
        self.rows: Rows = {model: [] for model in COLUMNS}
        self._moulds, self._partner, self._mail_domain = moulds, partner, mail_domain

    def customer(self, who: Company, added: Moment) -> str:
        """The tenant and the relationship; answers the tenant's key."""
        key, at = new_key(), added.stored
        person = (who.name, who.country, who.language, who.first, who.last, who.email, who.phone)
        self.rows[Customer].append((key, who.domain, PUBLIC, at))
        found_by = (search_key(who.name), who.domain, mailbox(who.email))
        self.rows[Relationship].append((new_key(), self._partner, key, ACTIVE, *person, *found_by, at))
        return key

    def unconfirmed(self, customer: str, kind: AgreementType, added: Moment) -> None:
        chain = self._created(customer, kind, added)
        self._machine(chain, UNCONFIRMED, added, FIRST_REVISION)

    def attested(
        self, customer: str, kind: AgreementType, who: Company, added: Moment, agreed: Moment, at: Moment
    ) -> None:
        """A machine that its partner has vouched for, of the person who is the relationship's contact."""
        chain = self._created(customer, kind, added)
        terms = self._moulds.terms(kind, at.day)
        mould = self._moulds.attested(kind, terms.template_id, terms.version, who.phone is not None)
        sealed = _sealed(who)
        values = {name: commitment for name, commitment, _, _ in sealed}
        left = self._moulds.vouched_for(kind, terms.template_id, terms.version)
        record = self._record(chain, mould, left, Event.ATTEST, at, country=who.country, stated=agreed.stamp, **values)
        self.rows[SealedValue] += [(new_key(), self._partner, record, *value) for value in sealed]
        terms_accepted = (agreed.stored, terms.template_id, terms.version)
        self._machine(chain, ATTESTED, at, MOVED, None, (chain.number, *VOUCHED, *terms_accepted))

    def blocked(self, customer: str, kind: PurchaseKind, added: Moment, at: Moment) -> None:
        """A machine whose customer has bought before, and the task that says so."""
        chain = self._created(customer, AgreementType.MCA, added)
        self.rows[Purchase].append((new_key(), self._partner, customer, kind.value, added.day, added.stored))
        self._record(chain, self._moulds.blocked, self._moulds.barred, Event.BLOCK, at)
        self._machine(chain, BLOCKED, at, MOVED, SCENARIO)
        task = (TaskKind.ATTEST_BLOCKED.value, at.stored, later(at, DUTIES[TaskKind.ATTEST_BLOCKED].days))
        self.rows[Task].append((new_key(), self._partner, chain.key, *task))
        self._needless_mail(chain, at)

    def _needless_mail(self, chain: Chain, at: Moment) -> None:
        """The mail that a block owes; a worker archives one without an invitation unsent."""
        id = uuid7()
        payload = json.dumps({"machine": chain.id, "invitation": None, "record": chain.number})
        end = (f"<{id}@{self._mail_domain}>", 1, ARCHIVED, at.stored, at.stored)
        self.rows[OutboxArchive].append((id.hex, self._partner, Owed.BLOCKED.value, payload, *end))

    def _created(self, customer: str, kind: AgreementType, added: Moment) -> Chain:
        id = uuid7()
        chain = Chain(str(id), id.hex, customer, kind)
        self._record(chain, self._moulds.created(kind), self._moulds.fresh(kind), Note.CREATED, added)
        return chain

    def _machine(
        self,
        chain: Chain,
        state: str,
        since: Moment,
        revision: int,
        scenario: int | None = None,
        accepted: tuple[Any, ...] = (None,) * 6,
    ) -> None:
        stands = (chain.kind.value, state, since.stored, chain.number, chain.head, scenario)
        self.rows[Machine].append((chain.key, self._partner, chain.customer, *stands, *accepted, revision))

    def _record(self, chain: Chain, mould: str, left: str, event: Event | Note, at: Moment, **values: str) -> str:
        """Chain one record and make it news, with the facts that the event left; answers the record's key."""
        key, (word, news, before, after) = new_key(), TOLD[event]
        values |= {"machine": chain.id, "prev": chain.head, "at": at.stamp}
        body, told = mould % values, (news, at.stored, before, after, left % values)
        chain.number, chain.head = chain.number + 1, hashlib.sha256(body.encode()).hexdigest()
        kept = (word, body, chain.head, at.stored)
        self.rows[Record].append((key, self._partner, chain.key, chain.number, *kept))
        self.rows[News].append((new_key(), self._partner, chain.customer, chain.key, key, *told))
        return key


def _sealed(who: Company) -> list[tuple[str, str, bytes, str]]:
    """Name, commitment, salt and stored value of what the record must not say in the clear."""
    values = (_word(who.first), _word(who.last), _address(who.email), who.phone and _word(who.phone))
    found = []
    for name, value in zip(CONTACT_MEMBERS, values, strict=True):
        if value:
            salt = secrets.token_bytes(16)
            found.append((name, hashlib.sha256(salt + value[0]).hexdigest(), salt, value[1]))
    return found


@lru_cache(maxsize=1000)
def _word(text: str) -> tuple[bytes, str]:
    """A value as a commitment reads it, and as the database keeps it."""
    return canonical(text), json.dumps(text)


def _address(text: str) -> tuple[bytes, str]:
    """The same of an address: plain ASCII needs no escape, and every address is another."""
    quoted = f'"{text}"'
    return quoted.encode(), quoted
