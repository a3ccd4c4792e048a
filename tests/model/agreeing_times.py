"""Sets of rules and the moments they are tried at: as shipped on several days, newer versions, an operator's rows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.policy import Rulebook
from app.core.rows import laid_over
from app.core.vocabulary import AgreementType
from app.installation import installation

MCA, CLOUD = AgreementType.MCA, AgreementType.CLOUD
TODAY = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LAST_OF_CLOUD = datetime(2020, 1, 15, 9, 0, tzinfo=UTC)
LONG_AGO, ASKED_AGO, JUST_NOW = timedelta(days=100), timedelta(days=10), timedelta(days=1)


def _ago(days: int) -> date:
    return (TODAY - timedelta(days=days)).date()


def _version(*, material: bool, grace: int | None = None) -> dict[str, Any]:
    """One that was published two months ago."""
    until = _ago(grace) if grace is not None else None
    return {"rank": 1, "material": material, "published": _ago(60), "effective": None, "grace": until}


def _anew(since: int, *more: str) -> str:
    """An operator's row: whoever accepted earlier than two months ago must do so anew."""
    row = ['id = "anew"', 'topic = "enforcement"', f"from = {_ago(since)}", f'any-of = ["{MCA}"]']
    return "\n".join(["[[rule]]", *row, f"accepted-since = {_ago(60)}", *more])


# name: (the moment, the versions published since, the operator's rows)
ERAS: dict[str, tuple[datetime, Sequence[dict[str, Any]], str]] = {
    "as shipped": (TODAY, [], ""),
    "only the Cloud Agreement": (datetime(2019, 5, 15, 9, 0, tzinfo=UTC), [], ""),
    "either agreement": (datetime(2020, 1, 20, 9, 0, tzinfo=UTC), [], ""),
    "no direct route yet": (datetime(2020, 2, 2, 23, 59, tzinfo=UTC), [], ""),
    "newer version with grace": (TODAY, [_version(material=True, grace=-30)], ""),
    "newer version, grace over": (TODAY, [_version(material=True, grace=5)], ""),
    "newer version without grace": (TODAY, [_version(material=True)], ""),
    "minor version": (TODAY, [_version(material=False)], ""),
    "cut-off": (TODAY, [], _anew(30)),
    "cut-off that ended": (TODAY, [], _anew(30, f"until = {_ago(5)}")),
    "cut-off announced": (TODAY, [], _anew(-30)),
    "cut-off elsewhere": (TODAY, [], _anew(30, 'region = ["DE"]')),
    "cut-off for one offer": (TODAY, [], _anew(30, 'offer = ["DZH318Z0BPS6"]')),
    "cut-off in the dashboard": (TODAY, [], _anew(30, 'channel = ["dashboard"]')),
    "cut-off and newer version": (TODAY, [_version(material=True, grace=-30)], _anew(30)),
}


class Era:
    """No dataclass: Hypothesis would print all of the rules with each life that fails."""

    def __init__(self, name: str, now: datetime, rules: Rulebook) -> None:
        self.name, self.now, self.rules = name, now, rules

    def __repr__(self) -> str:
        return self.name

    def accepted(self, kind: AgreementType, *, old: bool) -> datetime:
        """When an acceptance was given: long before the rules changed, or since."""
        at = self.now - (LONG_AGO if old else JUST_NOW)
        return min(at, LAST_OF_CLOUD) if kind is CLOUD else at

    def due(self, kind: AgreementType, accepted: datetime, at: datetime) -> bool:
        """Whether what was accepted then was to be renewed at that moment."""
        return self.rules.due(kind, self.rules.terms(kind, accepted).version, accepted, "SE", at)


def eras() -> dict[str, Era]:
    base = installation().rules
    found = {}
    for name, (now, versions, rows) in ERAS.items():
        policy = laid_over(base.policy, rows, name) if rows else base.policy
        found[name] = Era(name, now, Rulebook(policy, base.catalogue.with_versions({MCA: versions})))
    return found
