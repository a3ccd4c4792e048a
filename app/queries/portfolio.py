"""The portfolio: which agreements are asked for, and the index that leads to them.

A list follows one index: by the mails that came back or the mailboxes that are not written to, by the letters searched
for, by the day its invitation expires, by country, or by the machine's id. What no index leads to is looked at row by
row within that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal_column, not_, or_, select, true
from sqlalchemy.orm import aliased

from app.core.act import Act
from app.core.carrying import Trouble
from app.core.countries import search_key
from app.core.lifecycle import State
from app.core.policy import Rulebook
from app.core.vocabulary import AgreementType, PartnerType
from app.db import db
from app.models import NEWEST, RELATED, Invitation, Machine, Relationship, StateCount, Suppression
from app.queries import standings
from app.queries.scope import ranges
from app.queries.walks import Key, Walk, leaf

FEW = 5000
LAST_CHARACTER = "\U0010ffff"
# Spelled out: a partial index is only found by the condition it was made with.
OPEN = Invitation.status == literal_column("'open'")
CAME_BACK: dict[Trouble, ColumnElement[Any]] = {
    Trouble.BOUNCED: literal_column("'bounced'"),
    Trouble.COMPLAINED: literal_column("'complained'"),
}
RETURNED = Invitation.delivery.in_(list(CAME_BACK.values()))


@dataclass(frozen=True)
class Wanted:
    """Which agreements are asked for; everything that is given has to be so."""

    kind: AgreementType = AgreementType.MCA
    state: State | None = None
    stale: bool | None = None
    expires_before: datetime | None = None
    reseller: UUID | None = None
    begins: str | None = None  # the company's name, or the domain
    country: str | None = None
    # What became of the newest invitation's mail; `suppressed`: the customer's contact is not to be written to.
    health: Trouble | None = None


def page(
    act: Act, wanted: Wanted, rules: Rulebook, most: int, after: Key | None = None
) -> tuple[list[dict[str, Any]], Key | None]:
    """The next so many, and the key of the last of them where there are more."""
    ids, last = found(act, wanted, rules, most, after)
    return standings.of(act, ids, rules.terms(wanted.kind, act.at)), last


def found(
    act: Act, wanted: Wanted, rules: Rulebook, most: int, after: Key | None = None
) -> tuple[list[UUID], Key | None]:
    """The same by their ids."""
    rows = leaf(_Search(act, wanted, rules).walks(), most + 1, after)
    return [id for id, _ in rows[:most]], rows[most - 1][1] if len(rows) > most else None


class _Search:
    def __init__(self, act: Act, wanted: Wanted, rules: Rulebook) -> None:
        self.act, self.wanted = act, wanted
        self.oldest = rules.terms(wanted.kind, act.at).oldest_counting
        ranks = [version.rank for version in rules.catalogue.versions(wanted.kind)]
        self.stale_ranks = [rank for rank in ranks if rank < self.oldest]

    def walks(self) -> list[Walk]:
        if self.wanted.stale and not self.stale_ranks:
            return []
        if self.wanted.health:
            return [self._by_health()]
        if self.wanted.begins:
            return self._by_letters(search_key(self.wanted.begins.strip()))
        if self.wanted.expires_before:
            return [self._by_deadline()]
        return [self._by_country() if self.wanted.country else self._by_id()]

    def _by_health(self) -> Walk:
        """From the rare side: the mails that came back, or the mailboxes that are not written to."""
        suppressed = self.wanted.health is Trouble.SUPPRESSED
        query, columns = self._suppressed() if suppressed else self._returned()
        beside = [*self._beginning(), *self._answered_soon(), *self._of_country(), *self._state(), *self._staleness()]
        # All of the partner's own: then they are found by what leads there, not by whose they are.
        whole = self._confirms() and self.wanted.reseller is None
        parts = [true()] if whole else ranges(self.act, Machine, self.wanted.reseller)
        return Walk("health", [query.where(part, *beside) for part in parts], columns)

    def _suppressed(self) -> tuple[Select[Any], list[Any]]:
        own = Suppression.partner_id == self.act.partner_id
        held = select(Suppression.id, Suppression.partner_id, Suppression.mailbox).where(
            own if self._confirms() else true()
        )
        # A table of its own to the engine, and what leads on from it a value that is no column: else the partner's
        # whole portfolio is where SQLite begins.
        few = held.offset(0).subquery()
        beside = and_(Relationship.partner_id == few.c.partner_id, Relationship.mailbox == few.c.mailbox)
        whose = Machine.partner_id == func.coalesce(Relationship.partner_id, None)
        related = and_(whose, Machine.customer_id == Relationship.customer_id)
        query = self._machines(true()).join(Relationship, related).join(few, beside)
        return query, [few.c.id, Relationship.id]

    def _returned(self) -> tuple[Select[Any], list[Any]]:
        said = CAME_BACK[self.wanted.health or Trouble.BOUNCED]
        of_mail = [RETURNED, Invitation.delivery == said, NEWEST]
        own = Invitation.partner_id == self.act.partner_id if self._confirms() else true()
        query = self._machines(true()).join(Relationship, RELATED).join(Invitation, Invitation.machine_id == Machine.id)
        return query.where(own, *of_mail), [Invitation.id]

    def _confirms(self) -> bool:
        """Whether what a partner lists is its own: then it stands under its id in every index."""
        return self.act.partner_id is not None and self.act.partner_type is not PartnerType.RESELLER

    def _beginning(self) -> list[ColumnElement[bool]]:
        if not self.wanted.begins:
            return []
        first = search_key(self.wanted.begins.strip())
        return [or_(*(_begins(_plain(key), first) for key in (Relationship.company_key, Relationship.domain)))]

    def _answered_soon(self) -> list[ColumnElement[bool]]:
        asked = aliased(Invitation)
        held = select(asked.id).where(asked.machine_id == Machine.id, asked.status == literal_column("'open'"))
        until = self.wanted.expires_before
        return [held.where(asked.expires_at < until).exists()] if until else []

    def _of_country(self) -> list[ColumnElement[bool]]:
        return [_plain(Relationship.country) == self.wanted.country] if self.wanted.country else []

    def _by_country(self) -> Walk:
        """By name within the country; where few agreements are in the state asked for, these lead."""
        few = self._few()
        letters: Any = _plain(Relationship.company_key) if few else Relationship.company_key
        state = [Machine.state == self.wanted.state] if few else self._state()
        where = self._of_country() if few else [Relationship.country == self.wanted.country]
        parts = [
            self._machines(part).join(Relationship, RELATED).where(*where, *state, *self._staleness())
            for part in ranges(self.act, Machine if few else Relationship, self.wanted.reseller)
        ]
        return Walk("country", parts, [letters, Relationship.id])

    def _by_id(self) -> Walk:
        where = ranges(self.act, Machine, self.wanted.reseller)
        parts = [part for each in where for part in (self._of_all(each) if len(where) == 1 else self._resold(each))]
        return Walk("id", parts, [Machine.id])

    def _of_all(self, where: ColumnElement[bool]) -> list[Select[Any]]:
        """In the index each state, and of the accepted ones each version, is a range of its own."""
        query = self._machines(where)
        if self.wanted.stale:
            return [query.where(Machine.accepted_version == rank, *self._state()) for rank in self.stale_ranks]
        states = [self.wanted.state] if self.wanted.state else list(State)
        return [query.where(Machine.state == state, *self._staleness()) for state in states]

    def _resold(self, where: ColumnElement[bool]) -> list[Select[Any]]:
        return [self._machines(where).where(*self._state(), *self._staleness())]

    def _machines(self, where: ColumnElement[bool]) -> Select[Any]:
        return select(Machine.id.label("machine")).where(where, Machine.agreement_type == self.wanted.kind)

    def _by_deadline(self) -> Walk:
        parts = []
        for where in ranges(self.act, Machine, self.wanted.reseller):
            query = self._machines(where).join(Invitation, Invitation.machine_id == Machine.id)
            beside = [] if self.act.partner_id is None else [Invitation.partner_id == Machine.partner_id]
            if self.wanted.country:
                query = query.join(Relationship, RELATED)
            parts.append(
                query.where(*beside, *self._expiring(), *self._of_country(), *self._state(), *self._staleness())
            )
        return Walk("deadline", parts, [Invitation.expires_at, Invitation.id])

    def _by_letters(self, first: str) -> list[Walk]:
        """First those whose name begins so, then those of which only the domain does."""
        names: Any = Relationship.company_key
        domains: Any = Relationship.domain
        if self._few():
            names, domains = _plain(names), _plain(domains)
        company = _begins(names, first)
        return [
            self._lettered("company", names, company),
            self._lettered("domain", domains, and_(_begins(domains, first), not_(company))),
        ]

    def _lettered(self, name: str, letters: Any, begins: ColumnElement[bool]) -> Walk:
        few = self._few()
        country = [Relationship.country == self.wanted.country] if self.wanted.country else []
        beside = [*self._answered_soon(), *(self._of_country() if few else country)]
        state = [Machine.state == self.wanted.state] if few else self._state()
        parts = [
            self._machines(where).join(Relationship, RELATED).where(begins, *beside, *state, *self._staleness())
            for where in ranges(self.act, Machine if few else Relationship, self.wanted.reseller)
        ]
        return Walk(name, parts, [letters, Relationship.id])

    def _few(self) -> bool:
        """So few agreements are in the state asked for that they lead to the letters, not the letters to them."""
        if self.wanted.state is None or not self._confirms():
            return False
        number = db.session.get(StateCount, (self.act.partner_id, self.wanted.kind, self.wanted.state))
        return number is None or number.number <= FEW

    def _expiring(self) -> list[ColumnElement[bool]]:
        return [OPEN, Invitation.expires_at < self.wanted.expires_before]

    def _state(self) -> list[ColumnElement[bool]]:
        """Past the index: another one leads to these rows in the order that is wanted."""
        return [_plain(cast(Machine.state, String)) == self.wanted.state.value] if self.wanted.state else []

    def _staleness(self) -> list[ColumnElement[bool]]:
        if self.wanted.stale is None:
            return []
        version = func.coalesce(Machine.accepted_version, self.oldest)
        return [version < self.oldest if self.wanted.stale else version >= self.oldest]


def _plain(column: Any) -> Any:
    """The same text, but as no index knows it."""
    return func.coalesce(column, "")


def _begins(column: Any, first: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = and_(column >= first, column < first + LAST_CHARACTER)
    return found
