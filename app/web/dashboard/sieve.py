"""What a list of customers is asked for, as its address says it: every filter can be kept as a bookmark."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import request

from app.core import contact as text
from app.core.carrying import Trouble
from app.core.lifecycle import State
from app.core.refusals import Reason, Refused
from app.queries.portfolio import Wanted
from app.queries.walks import Key

T = TypeVar("T")
LONGEST = 365


@dataclass(frozen=True)
class Asked:
    q: str = ""
    state: State | None = None
    stale: bool = False
    expiring: int | None = None
    health: Trouble | None = None
    reseller: UUID | None = None
    country: str | None = None

    def wanted(self, at: datetime) -> Wanted:
        return Wanted(
            state=self.state,
            stale=True if self.stale else None,
            expires_before=at + timedelta(days=self.expiring) if self.expiring else None,
            reseller=self.reseller,
            begins=self.q or None,
            country=self.country,
            health=self.health,
        )

    def address(self, **changes: Any) -> dict[str, Any]:
        """The same as the query of an address, without what is not asked for."""
        asked = replace(self, **changes)
        members: dict[str, object] = {
            "q": asked.q,
            "state": asked.state,
            "stale": "yes" if asked.stale else "",
            "health": asked.health,
        }
        members |= {"expiring": asked.expiring, "reseller": asked.reseller, "country": asked.country}
        return {name: str(value) for name, value in members.items() if value}

    @property
    def filtered(self) -> bool:
        """Whether anything but the state is asked for."""
        return bool(self.address(state=None))


def read() -> Asked:
    found = request.args
    return Asked(
        q=text.line(found.get("q"), "q", required=False),
        state=_one(found, "state", State),
        stale=_one(found, "stale", _yes) or False,
        expiring=_one(found, "expiring", _days),
        health=_one(found, "health", Trouble),
        reseller=_one(found, "reseller", UUID),
        country=_one(found, "country", _code),
    )


def after() -> Key | None:
    """Where the page before ended."""
    return request.args.getlist("after") or None


def _one(found: Mapping[str, str], name: str, kind: Callable[[str], T]) -> T | None:
    value = found.get(name, "").strip()
    try:
        return kind(value) if value else None
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field=name) from error


def _yes(value: str) -> bool:
    if value != "yes":
        raise ValueError(value)
    return True


def _days(value: str) -> int:
    days = int(value) if value.isascii() and value.isdigit() else 0
    if not 1 <= days <= LONGEST:
        raise ValueError(value)
    return days


def _code(value: str) -> str:
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise ValueError(value)
    return value.upper()
