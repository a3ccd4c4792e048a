"""Policy rows from TOML: every word checked, every fault named by the row it stands in."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.core.policy import ORDERING, PLAIN, Offer, Policy, Rule, Topic
from app.core.vocabulary import AgreementType, Channel, Cloud, Environment, Operation, PurchaseKind

HELD_UP = frozenset(Operation) - {Operation.AUTO_RENEWAL}
MEMBERS = (
    "id source topic from until text any-of accepted-since agreement channel environment operation offer region cloud"
)
OFFER_MEMBERS = "id source name needs kind"
# Which dimensions a topic knows beside its dates.
DIMENSIONS: dict[Topic, frozenset[str]] = {
    Topic.RECORD: frozenset({"agreement"}),
    Topic.DIRECT_ROUTE: frozenset({"agreement"}),
    Topic.UNSUPPORTED_CLOUD: frozenset({"cloud"}),
} | dict.fromkeys(
    ORDERING, frozenset({"any-of", "accepted-since", "channel", "environment", "operation", "offer", "region"})
)
ANY_TOPIC = frozenset({"id", "source", "topic", "from", "until", "text"})
LONGEST = 200


class Faulty(ValueError):
    """Rows that make no sense; `faults` names each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Words:
    """How one member of a row is read."""

    kind: type[StrEnum] | None = None

    def read(self, value: object) -> frozenset[str]:
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise ValueError("must be a list of words")
        unknown = [word for word in value if self.kind and word not in list(self.kind)]
        if unknown:
            raise ValueError(f"does not know {unknown[0]!r}; it knows {', '.join(self.kind or ())}")
        return frozenset(self.kind(word) for word in value) if self.kind else frozenset(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise ValueError(f"must be one line of text, at most {LONGEST} characters")
    return value.strip()


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("must be a day without quotes, such as 2027-01-31")
    return value


def _order(value: object) -> tuple[AgreementType, ...]:
    words = Words(AgreementType).read(value)
    return tuple(kind for kind in AgreementType if kind in words)


def _offers(value: object) -> frozenset[str]:
    """Ids are the same in any case; the rows' own words stay as they are."""
    words = Words().read(value)
    return frozenset(word if word in (PLAIN, *AgreementType) else word.upper() for word in words)


def _countries(value: object) -> frozenset[str]:
    words = Words().read(value)
    if not all(len(word) == 2 and word.isascii() and word.isupper() for word in words):
        raise ValueError("must be a list of countries in two capital letters")
    return words


def _only(word: object, kind: type[StrEnum]) -> StrEnum:
    if word not in list(kind):
        raise ValueError(f"does not know {word!r}; it knows {', '.join(kind)}")
    return kind(str(word))


# member: (attribute of Rule, how it is read)
READ: dict[str, tuple[str, Callable[[object], Any]]] = {
    "id": ("id", _text),
    "source": ("source", _text),
    "topic": ("topic", lambda value: _only(value, Topic)),
    "from": ("since", _day),
    "until": ("until", _day),
    "text": ("text", _text),
    "any-of": ("any_of", _order),
    "accepted-since": ("accepted_since", _day),
    "agreement": ("agreements", Words(AgreementType).read),
    "channel": ("channels", Words(Channel).read),
    "environment": ("environments", Words(Environment).read),
    "operation": ("operations", Words(Operation).read),
    "offer": ("offers", _offers),
    "region": ("regions", _countries),
    "cloud": ("clouds", Words(Cloud).read),
}
READ_OFFER: dict[str, tuple[str, Callable[[object], Any]]] = {
    "id": ("id", _text),
    "name": ("name", _text),
    "source": ("", _text),
    "needs": ("needs", lambda value: _only(value, AgreementType)),
    "kind": ("kind", lambda value: _only(value, PurchaseKind)),
}


def parse(content: Mapping[str, Any], where: str = "policy") -> Policy:
    """The rows of one file, or every fault there is in it."""
    faults: list[str] = [f"{where}: unknown table {name!r}" for name in content if name not in ("rule", "offer")]
    rules = [_rule(row, faults, where) for row in _tables(content, "rule", faults, where)]
    offers = [_offer(row, faults, where) for row in _tables(content, "offer", faults, where)]
    for name, found in (("rule", rules), ("offer", offers)):
        ids = [row.id for row in found if row]
        faults += [f"{where}: {name} {id!r} stands there twice" for id in sorted({i for i in ids if ids.count(i) > 1})]
    if faults:
        raise Faulty(faults)
    return Policy(tuple(rule for rule in rules if rule), tuple(offer for offer in offers if offer))


def laid_over(policy: Policy, text: str, where: str) -> Policy:
    """A policy with the rows of a TOML text on top; raises Faulty with every fault there is."""
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also for numbers too long and lists too deep for the parser
        raise Faulty([f"{where}: {error}"]) from error
    return policy.on_top(parse(content, where))


def _tables(content: Mapping[str, Any], name: str, faults: list[str], where: str) -> Iterable[Mapping[str, Any]]:
    rows = content.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        faults.append(f"{where}: write each row under [[{name}]]")
        return []
    return rows


def _rule(row: Mapping[str, Any], faults: list[str], where: str) -> Rule | None:
    name = f"{where}: rule {row.get('id', '(without id)')!r}"
    values, wrong = _values(row, READ)
    topic = values.get("topic")
    wrong += [f"needs {member!r}" for member in ("id", "topic", "from") if member not in row]
    if isinstance(topic, Topic):
        foreign = (set(row) & set(READ)) - ANY_TOPIC - DIMENSIONS[topic]
        wrong += [f"{member} means nothing to topic {topic}" for member in sorted(foreign)]
        wrong += _order_faults(row, values) if topic in ORDERING else []
    if values.get("until") and values.get("since") and values["until"] <= values["since"]:
        wrong.append("until must lie after from")
    faults += [f"{name} {fault}" for fault in wrong]
    if wrong:
        return None
    if topic in ORDERING:
        values["operations"] = values.get("operations") or HELD_UP
    return Rule(**{"source": "operator", "text": values["id"]} | values)


def _order_faults(row: Mapping[str, Any], values: dict[str, Any]) -> list[str]:
    if "any-of" not in row:
        return ["needs 'any-of': which agreements will do (an empty list for none)"]
    if not values.get("any_of") and "accepted-since" in row:
        return ["accepted-since means nothing where any-of is empty"]
    if values.get("any_of") and Operation.AUTO_RENEWAL in values.get("operations", ()):
        return ["operation: an auto-renewal is never held up"]
    return []


def _offer(row: Mapping[str, Any], faults: list[str], where: str) -> Offer | None:
    values, wrong = _values(row, READ_OFFER)
    wrong += [f"needs {member!r}" for member in ("id", "name") if member not in row]
    if row.get("id") in (PLAIN, *AgreementType):
        wrong.append(f"id {row['id']!r} is a word of the rows themselves")
    faults += [f"{where}: offer {row.get('id', '(without id)')!r} {fault}" for fault in wrong]
    return None if wrong else Offer(**{name: value for name, value in values.items() if name})


def _values(
    row: Mapping[str, Any], read: Mapping[str, tuple[str, Callable[[object], Any]]]
) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for member, value in row.items():
        if member not in read:
            near = difflib.get_close_matches(member, read, 1)
            wrong.append(f"has an unknown member {member!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
            continue
        attribute, reader = read[member]
        try:
            values[attribute] = reader(value)
        except ValueError as error:
            wrong.append(f"{member} {error}")
    return values, wrong
