"""The partner's word: attest that the customer agreed, or record that it no longer does."""

from datetime import datetime, timedelta

from sqlalchemy import update

from app.commands.firing import Says, fire
from app.commands.history import already_confirmed
from app.commands.invitations import close
from app.core import contact as text
from app.core.act import Act
from app.core.contact import Contact
from app.core.evidence import stamp
from app.core.lifecycle import AttestFacts, Event, State, WithdrawFacts
from app.core.permissions import Action, refusal
from app.core.policy import Rulebook
from app.core.vocabulary import AcceptanceMethod, Assurance, InvitationStatus, TaskKind
from app.db import db
from app.models import Machine, Relationship, Task

CLOCK_SKEW = timedelta(minutes=5)


def attest(
    act: Act,
    machine: Machine,
    relationship: Relationship,
    contact: Contact,
    agreed_at: datetime,
    rules: Rulebook,
) -> None:
    """Record the partner's confirmation; beside a direct acceptance that still counts it changes no state."""
    terms = rules.terms(machine.agreement_type, act.at)
    blocked = machine.state is State.BLOCKED
    facts = AttestFacts(
        forbidden=refusal(act, Action.ATTEST_BLOCKED if blocked else Action.ATTEST),
        cloud=relationship.customer.cloud,
        in_future=agreed_at > act.at + CLOCK_SKEW,
        duplicate=already_confirmed(machine, contact, terms),
        direct_is_stale=machine.state is State.DIRECT and terms.stale(machine.accepted_version),
    )
    corrects = machine.acceptance_number if machine.method is AcceptanceMethod.ATTESTED else None
    says = Says(
        clear={
            "templateId": terms.template_id,
            "version": terms.version,
            "country": relationship.country,
            "statedDate": stamp(agreed_at),
            "scenario": machine.scenario,
            "supersedes": corrects,
            "assurance": Assurance.ATTESTED,
        },
        personal=contact.personal(),
    )
    fire(machine, Event.ATTEST, act, facts, says)
    if machine.state is State.ATTESTED:
        machine.acceptance_number = machine.number
        machine.method, machine.assurance = AcceptanceMethod.ATTESTED, Assurance.ATTESTED
        machine.agreed_at, machine.template_id = agreed_at, terms.template_id
        machine.accepted_version = terms.version
        machine.scenario = None
        close(machine, InvitationStatus.REVOKED)
        _finish(act, machine, TaskKind.ATTEST_BLOCKED)


def withdraw(act: Act, machine: Machine, reason: str) -> None:
    """The customer no longer agrees; the partner now owes cancelling its subscriptions (a task says so)."""
    says = Says(
        clear={"supersedes": machine.acceptance_number},
        personal={"reason": text.line(reason, "reason", limit=1000)},
    )
    fire(machine, Event.WITHDRAW, act, WithdrawFacts(refusal(act, Action.WITHDRAW)), says)
    machine.acceptance_number = machine.method = machine.assurance = None
    machine.agreed_at = machine.template_id = machine.accepted_version = None


def _finish(act: Act, machine: Machine, kind: TaskKind) -> None:
    db.session.execute(
        update(Task)
        .where(Task.machine_id == machine.id, Task.kind == kind, Task.closed_at.is_(None))
        .values(closed_at=act.at)
    )
