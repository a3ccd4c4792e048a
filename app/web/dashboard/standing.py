"""Where one agreement stands, as its page says it: the acceptance that counts, how it is proven, what the gate says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.act import Act
from app.core.evidence import moment
from app.core.gate import Acceptance, Decision, Verdict, Warn
from app.core.policy import Cell, Rulebook
from app.core.steps import Case
from app.core.vocabulary import AcceptanceMethod, Channel, Operation
from app.models import Machine
from app.queries import confirmed, decisions
from app.queries.confirmed import Confirmed
from app.queries.subjects import Known
from app.tongue import N_, gettext
from app.web.pages import happenings, words
from app.web.pages.words import Word, shown

VERDICTS = {
    Verdict.ALLOW: Word("good", N_("Allowed")),
    Verdict.DENY: Word("stop", N_("Denied")),
    Verdict.UNKNOWN: Word("warn", N_("Not known")),
}
WARNINGS = {
    Warn.DISPUTED: N_("The acceptance is disputed; it counts until the dispute is answered."),
    Warn.RECONFIRM: N_("A newer version has to be confirmed before long."),
}
WHYS = {
    "agreement-required": N_("No acceptance counts for this order."),
    "no-relationship": N_("There is no relationship with this customer any more."),
    "national-cloud-unsupported": N_("The customer is in a national cloud, where the agreement cannot be confirmed."),
    "not-forwarded": N_("The vendor's portal is the system of record; ask there."),
}


@dataclass(frozen=True)
class Standing:
    """What the head of the page and its confirmation say."""

    state: Word
    since: datetime
    confirmed: bool
    own: Confirmed | None
    person: str | None
    # Another partner's, which counts for every partner of the tenant.
    shared: Acceptance | None
    assurance: str | None
    current: bool
    reconfirm_by: datetime | None
    scenario: int | None

    @classmethod
    def of(cls, act: Act, machine: Machine, case: Case, status: dict[str, Any]) -> "Standing":
        own = confirmed.of(act, machine)
        version = status["version"]
        by = version["reconfirmBy"]
        return cls(
            state=words.state(machine.state),
            since=machine.since,
            confirmed=status["confirmed"],
            own=own,
            person=own.person if own else None,
            shared=case.standing.shared,
            assurance=happenings.assurance(machine.assurance) if machine.assurance else None,
            current=version["current"],
            reconfirm_by=moment(by) if by else None,
            scenario=machine.scenario,
        )

    @property
    def direct(self) -> bool:
        return self.own is not None and self.own.method is AcceptanceMethod.DIRECT


@dataclass(frozen=True)
class Gate:
    """What the gate says of one kind of order."""

    operation: str
    verdict: Word
    why: str | None
    decision: Decision
    warnings: tuple[str, ...]


def gates(known: Known, at: datetime, rules: Rulebook) -> list[Gate]:
    return [_gate(known, operation, at, rules) for operation in Operation]


def _gate(known: Known, operation: Operation, at: datetime, rules: Rulebook) -> Gate:
    decision, _ = decisions.answer(known, Cell(operation, Channel.DASHBOARD), at, rules)
    why = WHYS.get(decision.reason or "")
    warned = tuple(gettext(WARNINGS[word]) for word in decision.warnings)
    return Gate(
        words.label(operation), shown(VERDICTS[decision.verdict]), gettext(why) if why else None, decision, warned
    )
