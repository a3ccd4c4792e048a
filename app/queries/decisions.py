"""The gate's answer and what comes next, as api.md spells them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.act import Act
from app.core.evidence import stamp
from app.core.gate import Decision, Verdict, complete, decide
from app.core.lifecycle import Event
from app.core.permissions import Action
from app.core.policy import Cell, Rulebook, start_of
from app.core.steps import Case, Step, allowed_actions, next_step
from app.core.vocabulary import AgreementType, Operation
from app.queries.subjects import Known

Url = Callable[[str], str]

# Where a step is done.
PLACES: dict[Action | Event, str] = {
    Action.INVITE: "/v1/customers/{customer}/invitations",
    # The customer's own move: what the partner can do about it is to send the invitation again.
    Event.ACCEPT: "/v1/customers/{customer}/invitations",
    Action.ATTEST: "/v1/customers/{customer}/agreements",
    Action.SUBMIT_DRAFT: "/v1/customers/{customer}/attestationdrafts",
    Action.APPROVE_DRAFT: "/v1/attestationdrafts?status=submitted",
}


def answer(known: Known, cell: Cell, at: datetime, rules: Rulebook) -> tuple[Decision, Step | None]:
    """The decision, and for a customer that may not order the step that brings it nearer."""
    decision = decide(known.subject, cell, at, rules)
    return decision, step_for(known, decision, at, rules)


def step_for(known: Known, decision: Decision, at: datetime, rules: Rulebook) -> Step | None:
    if decision.verdict is not Verdict.DENY or decision.missing is None:
        return None
    return next_step(known.case(decision.missing, at, rules))


def as_json(decision: Decision, step: Step | None, customer: UUID, url: Url) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "decision": decision.verdict,
        "rules": [
            {"id": rule.id, "from": stamp(start_of(rule.since)), "text": rule.text, "source": rule.source}
            for rule in decision.rules
        ],
        "reason": decision.reason,
        "agreementType": decision.missing,
        "authority": decision.authority,
        "next": step_json(step, customer, url),
        "validUntil": stamp(decision.valid_until) if decision.valid_until else None,
        "warnings": list(decision.warnings),
    }
    return {name: value for name, value in shown.items() if value is not None}


def step_json(step: Step | None, customer: UUID, url: Url) -> dict[str, Any] | None:
    if step is None:
        return None
    place = PLACES.get(step.action)
    where = {"url": url(place.format(customer=customer))} if place else {}
    return {"action": step.action, "owner": step.owner} | where


def expanded(act: Act, known: Known, kind: AgreementType, at: datetime, rules: Rulebook, url: Url) -> dict[str, Any]:
    """What depends on caller and clock: what the caller may do, what comes next, and why."""
    case = known.case(kind, at, rules)
    return {
        "allowedActions": list(allowed_actions(act, case)),
        "next": step_json(next_step(case), known.relationship.customer_id, url),
        "why": _why(case),
    }


def _why(case: Case) -> list[dict[str, str]]:
    """The rules that decide about a plain new purchase, each with the fact it found."""
    cell = complete(case.subject, Cell(Operation.NEW_PURCHASE), case.rules)
    decision = decide(case.subject, cell, case.at, case.rules)
    fact = decision.reason or (decision.warnings[0] if decision.warnings else "acceptance-on-record")
    return [{"fact": str(fact), "rule": rule.id} for rule in decision.rules]
