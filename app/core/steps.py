"""What comes next for an agreement, and who does it; what a caller may do now. The machine's own guards decide."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.act import Act
from app.core.facts import AttestFacts, InviteFacts, LapseFacts, WithdrawFacts
from app.core.gate import Acceptance, Standing, Subject, Verdict, counts, decide, on_record
from app.core.lifecycle import Event, State
from app.core.permissions import Action, refusal, same_person
from app.core.policy import Cell, Rulebook
from app.core.refusals import Reason
from app.core.topology import objection
from app.core.vocabulary import (
    ActorKind,
    AgreementType,
    Authority,
    Operation,
    Owner,
    PartnerType,
)


@dataclass(frozen=True)
class Step:
    action: Action | Event
    owner: Owner


@dataclass(frozen=True)
class Case:
    """One agreement of one customer, looked at at one moment under one set of rules."""

    subject: Subject
    kind: AgreementType
    at: datetime
    rules: Rulebook

    @property
    def standing(self) -> Standing:
        return self.subject.standing(self.kind)

    def due(self, acceptance: Acceptance) -> bool:
        """Whether this acceptance should be renewed."""
        return self.rules.due(self.kind, acceptance.version, acceptance.at, self.subject.region, self.at)

    @property
    def renewable(self) -> bool:
        own = self.standing.own
        return own is not None and self.due(own)

    @property
    def confirmed(self) -> bool:
        """An acceptance counts, and nothing newer is asked for."""
        held = [one for one in on_record(self.standing) if counts(one, self.kind, None, self.at, self.rules)]
        return any(not self.due(one) for one in held)

    @property
    def dead_end(self) -> bool:
        """The customer has bought before and nothing is on record: it cannot accept by itself."""
        return self.subject.purchased and not self.standing.on_record

    def objects(self, event: Event, facts: object) -> Reason | None:
        return objection(self.standing.state, event, facts)


def invite_facts(case: Case) -> InviteFacts:
    return InviteFacts(
        related=case.subject.related,
        suppressed=False,
        contact_is_partner=False,
        cloud=case.subject.cloud,
        direct_route_open=case.rules.direct_route_open(case.at, case.kind),
        on_offer=case.rules.recordable(case.kind, case.at),
        reconfirmation_due=case.renewable,
    )


def attest_facts(case: Case, forbidden: Reason | None = None) -> AttestFacts:
    return AttestFacts(
        forbidden=forbidden,
        cloud=case.subject.cloud,
        on_offer=case.rules.recordable(case.kind, case.at),
        in_future=False,
        duplicate=False,
        direct_is_stale=case.standing.state is State.DIRECT and case.renewable,
    )


def can_invite(case: Case) -> bool:
    return case.objects(Event.INVITE, invite_facts(case)) is None


def can_attest(case: Case) -> bool:
    return case.objects(Event.ATTEST, attest_facts(case)) is None


def next_step(case: Case) -> Step | None:
    """The one thing that brings the acceptance nearer, and whose move it is; None when nothing is left to do."""
    if case.confirmed and case.subject.related:
        return None
    confirming = Owner.PROVIDER if case.subject.partner_type is PartnerType.PROVIDER else Owner.PARTNER
    working = Owner.RESELLER if case.subject.resold else confirming
    standing = case.standing
    if not case.subject.related:
        return Step(Action.ADD_CUSTOMER, working) if _worth_adding(case) else None
    if standing.drafted and can_attest(case):
        return Step(Action.APPROVE_DRAFT, confirming)
    if standing.state is State.INVITED and standing.answerable and not case.dead_end:
        return Step(Event.ACCEPT, Owner.CUSTOMER)
    if can_invite(case) and not case.dead_end:
        return Step(Action.INVITE, working)
    if not can_attest(case):
        return None
    if case.subject.resold or case.subject.four_eyes:
        return Step(Action.SUBMIT_DRAFT, working)
    return Step(Action.ATTEST, confirming)


def _worth_adding(case: Case) -> bool:
    """Whether anything follows once the customer is there again."""
    again = replace(case, subject=replace(case.subject, related=True))
    return case.subject.authority is Authority.LOCAL and (again.confirmed or next_step(again) is not None)


# What a caller may do now.


def attest_action(state: State) -> Action:
    """For a blocked customer more roles may vouch."""
    return Action.ATTEST_BLOCKED if state is State.BLOCKED else Action.ATTEST


def _attest(act: Act, case: Case) -> Reason | None:
    forbidden = refusal(act, attest_action(case.standing.state))
    if forbidden is None and case.subject.four_eyes and act.kind is not ActorKind.SYSTEM:
        forbidden = Reason.SECOND_PERSON_NEEDED
    return case.objects(Event.ATTEST, attest_facts(case, forbidden))


def _invite(act: Act, case: Case) -> Reason | None:
    return refusal(act, Action.INVITE) or case.objects(Event.INVITE, invite_facts(case))


def _revoke(act: Act, case: Case) -> Reason | None:
    if not case.standing.invited:
        return Reason.INVITATION_USED
    if case.standing.state is State.INVITED and case.objects(Event.LAPSE, LapseFacts(due=True)):
        return Reason.WRONG_STATE
    return refusal(act, Action.REVOKE)


def _withdraw(act: Act, case: Case) -> Reason | None:
    return case.objects(Event.WITHDRAW, WithdrawFacts(refusal(act, Action.WITHDRAW)))


def _submit(act: Act, case: Case) -> Reason | None:
    if case.standing.drafted:
        return Reason.ALREADY_EXISTS
    return refusal(act, Action.SUBMIT_DRAFT) or case.objects(Event.ATTEST, attest_facts(case))


def _decide_draft(action: Action) -> Callable[[Act, Case], Reason | None]:
    def objection_to(act: Act, case: Case) -> Reason | None:
        if not case.standing.drafted:
            return Reason.WRONG_STATE
        if action is Action.RETURN_DRAFT:
            return refusal(act, action)
        allowed = refusal(act, action) or _second(act, case) or refusal(act, attest_action(case.standing.state))
        return case.objects(Event.ATTEST, attest_facts(case, allowed))

    return objection_to


def _second(act: Act, case: Case) -> Reason | None:
    """With four eyes nobody approves what they prepared."""
    by = case.standing.prepared_by
    return Reason.SECOND_PERSON_NEEDED if case.subject.four_eyes and by and same_person(act, *by) else None


def _order(act: Act, case: Case) -> Reason | None:
    cell = Cell(Operation.NEW_PURCHASE)
    decision = decide(case.subject, cell, case.at, case.rules)
    return refusal(act, Action.PLACE_ORDER) or (decision.reason if decision.verdict is not Verdict.ALLOW else None)


def _dispute(act: Act, case: Case) -> Reason | None:
    if case.standing.disputed:
        return Reason.ALREADY_EXISTS
    return refusal(act, Action.OPEN_DISPUTE) or (None if case.standing.on_record else Reason.WRONG_STATE)


def _close_dispute(act: Act, case: Case) -> Reason | None:
    return refusal(act, Action.CLOSE_DISPUTE) or (None if case.standing.disputed else Reason.WRONG_STATE)


def _add(act: Act, case: Case) -> Reason | None:
    """A relationship that was removed begins anew with adding the customer once more."""
    if case.subject.related or case.subject.authority is Authority.MIRROR:
        return Reason.ALREADY_EXISTS
    return refusal(act, Action.ADD_CUSTOMER)


OBJECTIONS: dict[Action, Callable[[Act, Case], Reason | None]] = {
    Action.ADD_CUSTOMER: _add,
    Action.INVITE: _invite,
    Action.REVOKE: _revoke,
    Action.ATTEST: _attest,
    Action.SUBMIT_DRAFT: _submit,
    Action.APPROVE_DRAFT: _decide_draft(Action.APPROVE_DRAFT),
    Action.RETURN_DRAFT: _decide_draft(Action.RETURN_DRAFT),
    Action.WITHDRAW: _withdraw,
    Action.RECORD_PURCHASE: lambda act, case: refusal(act, Action.RECORD_PURCHASE),
    Action.PLACE_ORDER: _order,
    Action.OPEN_DISPUTE: _dispute,
    Action.CLOSE_DISPUTE: _close_dispute,
}


def allowed_actions(act: Act, case: Case) -> tuple[Action, ...]:
    """What this caller can do with this agreement now, given well-formed input."""
    return tuple(action for action, objection_to in OBJECTIONS.items() if objection_to(act, case) is None)
