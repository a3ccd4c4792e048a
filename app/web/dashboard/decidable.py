"""One draft and what its reader can do with it: each step, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.permissions import Action, refusal
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused
from app.core.steps import OBJECTIONS
from app.core.vocabulary import DraftStatus, PartnerType
from app.db import db
from app.errors import on_page
from app.installation import installation
from app.models import Draft, DraftEvent, Partner, Relationship, Staff
from app.queries import queues, rulebooks, subjects
from app.queries.subjects import Known
from app.web.dashboard.confirming import Statement, stated
from app.web.pages import words
from app.web.pages.routes import act


@dataclass(frozen=True)
class Decidable:
    draft: Draft
    relationship: Relationship
    known: Known
    rules: Rulebook

    @property
    def waits(self) -> bool:
        return self.draft.status is DraftStatus.SUBMITTED

    @property
    def decides(self) -> bool:
        """Whether it is the reader's side that decides."""
        return act().partner_id == self.draft.partner_id

    @property
    def prepares(self) -> bool:
        """Whether it is the reader's side that prepared it."""
        return act().partner_id == self.draft.from_partner_id

    @property
    def source(self) -> Partner:
        return db.session.get_one(Partner, self.draft.from_partner_id)

    @property
    def assignee(self) -> Staff | None:
        return db.session.get(Staff, self.draft.assignee_id) if self.draft.assignee_id else None

    @property
    def substitute(self) -> Staff | None:
        return db.session.get(Staff, self.draft.substitute_id) if self.draft.substitute_id else None

    @property
    def deciders(self) -> Sequence[Staff]:
        return queues.deciders(act())

    @property
    def events(self) -> Sequence[DraftEvent]:
        return queues.events(self.draft)

    @property
    def statement(self) -> Statement:
        return stated(self.relationship, self.rules.terms(self.draft.machine.agreement_type, act().at))

    @property
    def resells(self) -> bool:
        return act().partner_type is PartnerType.RESELLER

    def may(self, action: Action) -> bool:
        return self.objection(action) is None

    def objection(self, action: Action) -> Reason | None:
        """Why the reader cannot take this step now: the machine's word, or the role's."""
        if action is Action.SUBMIT_DRAFT:
            return refusal(act(), action)
        case = self.known.case(self.draft.machine.agreement_type, act().at, self.rules)
        return OBJECTIONS[action](act(), case)

    def why_not(self, action: Action) -> str | None:
        reason = self.objection(action)
        if reason is None:
            return None
        facts = {"state": words.state(self.draft.machine.state).label, "event": words.label(Action.APPROVE_DRAFT)}
        return on_page(Refused(reason, **facts, cloud=self.relationship.customer.cloud)).remedy


def decidable(draft: Draft, relationship: Relationship) -> Decidable:
    rules = rulebooks.of(installation().rules, draft.partner_id)
    return Decidable(draft, relationship, subjects.around(relationship, act().at), rules)
