"""Dated rules as data: which rule holds at a moment. Rows come from policy.toml, never from an `if`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from app.core.agreements import Catalogue, Terms
from app.core.vocabulary import AgreementType


class Topic(StrEnum):
    DIRECT_ROUTE = "direct-route"


@dataclass(frozen=True)
class Rule:
    id: str
    source: str
    topic: Topic
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Policy:
    rules: tuple[Rule, ...]

    def holds(self, topic: Topic, at: datetime) -> bool:
        day = at.astimezone(UTC).date()
        return any(
            rule.topic is topic and rule.since <= day and (rule.until is None or day < rule.until)
            for rule in self.rules
        )


def parse(rows: Iterable[Mapping[str, Any]]) -> Policy:
    return Policy(
        tuple(Rule(row["id"], row["source"], Topic(row["topic"]), row["from"], row.get("until")) for row in rows)
    )


@dataclass(frozen=True)
class Rulebook:
    """Everything dated that a command may ask: the policy and the agreements on offer."""

    policy: Policy
    catalogue: Catalogue

    def terms(self, kind: AgreementType, at: datetime) -> Terms:
        return self.catalogue.terms(kind, at)

    def direct_route_open(self, at: datetime) -> bool:
        return self.policy.holds(Topic.DIRECT_ROUTE, at)
