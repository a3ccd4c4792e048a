"""The portfolio: which agreements are asked for, and the index that leads to them.

A list follows one index: by the machine's id, by the day its invitation expires, or by the letters searched for. What
no index leads to is looked at row by row within that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal_column, not_, select

from app.core.act import Act
from app.core.countries import search_key
from app.core.lifecycle import State
from app.core.policy import Rulebook
from app.core.vocabulary import AgreementType, PartnerType
from app.db import db
from app.models import RELATED, Invitation, Machine, Relationship, StateCount
from app.queries import standings
from app.queries.scope import ranges
from app.queries.walks import Key, Walk, leaf

FEW = 5000
LAST_CHARACTER = "\U0010ffff"
# Spelled out: a partial index is only found by the condition it was made with.
OPEN = Invitation.status == literal_column("'open'")


@dataclass(frozen=True)
class Wanted:
    """Which agreements are asked for; everything that is given has to be so."""

    kind: AgreementType = AgreementType.MCA
    state: State | None = None
    stale: bool | None = None
    expires_before: datetime | None = None
    reseller: UUID | None = None
    begins: str | None = None  # the company's name, or the domain


def page(
    act: Act, wanted: Wanted, rules: Rulebook, most: int, after: Key | None = None
) -> tuple[list[dict[str, Any]], Key | None]:
    """The next so many, and the key of the last of them where there are more."""
    found = leaf(_Search(act, wanted, rules).walks(), most + 1, after)
    shown = standings.of(act, [id for id, _ in found[:most]], rules.terms(wanted.kind, act.at))
    return shown, found[most - 1][1] if len(found) > most else None


class _Search:
    def __init__(self, act: Act, wanted: Wanted, rules: Rulebook) -> None:
        self.act, self.wanted = act, wanted
        self.oldest = rules.terms(wanted.kind, act.at).oldest_counting
        ranks = [version.rank for version in rules.catalogue.versions(wanted.kind)]
        self.stale_ranks = [rank for rank in ranks if rank < self.oldest]

    def walks(self) -> list[Walk]:
        if self.wanted.stale and not self.stale_ranks:
            return []
        if self.wanted.begins:
            return self._by_letters(search_key(self.wanted.begins.strip()))
        return [self._by_deadline() if self.wanted.expires_before else self._by_id()]

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
            parts.append(query.where(*beside, *self._expiring(), *self._state(), *self._staleness()))
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
        held = select(Invitation.id).where(Invitation.machine_id == Machine.id)
        beside = [held.where(*self._expiring()).exists()] if self.wanted.expires_before else []
        few = self._few()
        state = [Machine.state == self.wanted.state] if few else self._state()
        parts = [
            self._machines(where).join(Relationship, RELATED).where(begins, *beside, *state, *self._staleness())
            for where in ranges(self.act, Machine if few else Relationship, self.wanted.reseller)
        ]
        return Walk(name, parts, [letters, Relationship.id])

    def _few(self) -> bool:
        """So few agreements are in the state asked for that they lead to the letters, not the letters to them."""
        if self.wanted.state is None or self.act.partner_type is PartnerType.RESELLER or self.act.partner_id is None:
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
