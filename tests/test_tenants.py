"""One tenant, several companies: further resellers, relationships that begin anew, acceptances that count for all."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.auth import acts
from app.commands import acceptances, attestations, customers
from app.commands.acceptances import Consent
from app.commands.customers import Profile
from app.commands.invitations import Ask, invite
from app.core.act import Act
from app.core.contact import Contact
from app.core.gate import Decision
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.policy import Cell
from app.core.steps import Step
from app.core.vocabulary import Assurance, InvitationKind, Operation, Owner, PartnerType, RelationshipState
from app.db import db
from app.models import FurtherReseller, Partner, Relationship
from app.queries import decisions, queue, scope, status, subjects, timeline
from tests.channel import Case, Channel, act, ask, company, customer, done, hire, refused
from tests.model import reading, world

SOON = timedelta(seconds=1)


def again(case: Case, partner: Partner, reseller: Partner | None = None, **changes: Any) -> customers.Added:
    """The same tenant brought in once more."""
    known = case.relationship
    contact = Contact(known.first_name, known.last_name, known.email)
    about = Profile(known.company, "SE", "en", contact, known.customer.domain)
    return customers.add_customer(acts.console(partner.id), partner, replace(about, **changes), reseller)


def asked(case: Case, at: datetime | None = None) -> tuple[Decision, Step | None]:
    """The gate's answer to a new purchase, and the next step."""
    db.session.rollback()
    at = at or acts.now() + SOON
    return decisions.answer(subjects.around(case.relationship, at), Cell(Operation.NEW_PURCHASE), at, case.rules)


# Resellers


def test_another_reseller_joins_and_there_is_still_one_agreement(channel: Channel) -> None:
    case, other = channel.customer(), company("Relecloud", PartnerType.RESELLER, channel.provider)
    added = done(again, case, channel.provider, other, company="Contoso as Relecloud calls it")
    assert (added.machine.id, added.new_tenant) == (case.machine.id, False)
    assert added.relationship.company == "Contoso"
    held = select(func.count()).where(Relationship.customer_id == case.machine.customer_id)
    assert db.session.scalar(held) == 1
    for reseller in (channel.reseller, other):
        machine, _ = scope.agreement(act(hire(reseller)), case.machine.customer_id)
        assert machine.id == case.machine.id
    third = company("Adatum", PartnerType.RESELLER, channel.provider)
    assert refused(scope.agreement, act(hire(third)), case.machine.customer_id) == "not-found"


def test_a_reseller_joins_once_and_only_through_its_own_provider(channel: Channel) -> None:
    case, other = channel.customer(), company("Relecloud", PartnerType.RESELLER, channel.provider)
    foreign = company("Adatum", PartnerType.RESELLER, company("Northwind", PartnerType.PROVIDER))
    done(again, case, channel.provider, other)
    for reseller in (None, channel.reseller, other):
        assert refused(again, case, channel.provider, reseller) == "already-exists"
    assert refused(again, case, channel.provider, foreign) == "no-relationship"
    ties = select(func.count()).where(FurtherReseller.customer_id == case.machine.customer_id)
    assert db.session.scalar(ties) == 1


def test_a_reseller_that_knows_a_domain_gains_nothing_by_adding_it(channel: Channel) -> None:
    case, other = channel.customer(), company("Relecloud", PartnerType.RESELLER, channel.provider)
    known = case.relationship
    about = Profile(known.company, "SE", "en", Contact("A", "B", "a@b.example"), known.customer.domain)
    by = act(hire(other))
    assert refused(customers.add_customer, by, channel.provider, about, other) == "already-exists"
    removed(case)
    assert refused(customers.add_customer, by, channel.provider, about, other) == "already-exists"
    assert refused(scope.agreement, by, case.machine.customer_id) == "not-found"
    added = done(customers.add_customer, act(channel.rita), channel.provider, about, channel.reseller)
    assert added.relationship.state is RelationshipState.ACTIVE


def preparers(reader: Act, case: Case) -> list[str]:
    """Who prepared what was attested, as far as the timeline tells this reader."""
    items = timeline.of(reader, case.machine.customer_id)
    return [item["preparedBy"] for item in items if "preparedBy" in item]


def test_one_resellers_draft_is_not_there_for_the_other(channel: Channel) -> None:
    case, other = channel.customer(), company("Relecloud", PartnerType.RESELLER, channel.provider)
    done(again, case, channel.provider, other)
    draft, rival = done(case.submit, act(channel.rita)), act(hire(other))
    assert refused(scope.draft, rival, draft.id) == "not-found"
    assert queue.of(rival, None, rival.at) == []
    done(case.approve, act(channel.pia), draft)
    assert preparers(act(channel.rita), case) == preparers(act(channel.pia), case) == [act(channel.rita).signature]
    assert preparers(rival, case) == []
    mine = done(case.submit, rival, ask(Contact("Eva", "Ek", "eva@contoso.example")))
    assert scope.draft(rival, mine.id)[0].id == mine.id
    assert refused(scope.draft, act(channel.rita), mine.id) == "not-found"


def test_a_customer_that_a_reseller_joined_is_worked_through_it(channel: Channel) -> None:
    case = customer(channel.provider)
    assert asked(case)[1] == Step(Action.INVITE, Owner.PROVIDER)
    done(again, case, channel.provider, channel.reseller)
    assert asked(case)[1] == Step(Action.INVITE, Owner.RESELLER)
    done(case.approve, act(channel.pia), done(case.submit, act(channel.rita)))
    assert asked(case)[0].verdict == "allow"


# Relationships that ended


def removed(case: Case) -> None:
    def end() -> None:
        db.session.get_one(Relationship, case.relationship.id).state = RelationshipState.REMOVED

    done(end)


def test_without_a_relationship_there_is_no_order_and_no_invitation(channel: Channel) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    removed(case)
    decision, step = asked(case)
    assert (decision.verdict, decision.reason) == ("deny", "no-relationship")
    assert step == Step(Action.ADD_CUSTOMER, Owner.RESELLER)
    wish = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    word = refused(invite, act(channel.pia), case.machine, case.relationship, wish, case.rules)
    assert word == "no-relationship"


def test_a_relationship_that_ended_begins_anew_with_what_is_on_record(channel: Channel) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    removed(case)
    added = done(again, case, channel.provider, channel.reseller, company="Contoso Nordic", country="NO")
    assert added.machine.id == case.machine.id
    found = added.relationship
    assert (found.id, found.state) == (case.relationship.id, RelationshipState.ACTIVE)
    assert (found.company, found.country) == ("Contoso Nordic", "NO")
    assert asked(case)[0].verdict == "allow"
    assert [record["event"] for record in reading.assert_chain_is_sound(case.machine.id)] == ["created", "attest"]
    assert refused(again, case, channel.provider, channel.reseller) == "already-exists"


def test_it_may_begin_anew_through_another_reseller(channel: Channel) -> None:
    case, other = channel.customer(), company("Relecloud", PartnerType.RESELLER, channel.provider)
    removed(case)
    done(again, case, channel.provider, other)
    assert case.relationship.state is RelationshipState.ACTIVE
    assert scope.relationship(act(hire(other)), case.machine.customer_id).id == case.relationship.id


# An acceptance that the sign-in proves to be the tenant's own


@pytest.fixture
def two(channel: Channel) -> tuple[Case, Case]:
    """One tenant as two partners have it."""
    first = channel.customer()
    partner = company("Fabrikam", PartnerType.DIRECT_BILL)
    added = done(again, first, partner)
    return first, Case(added.machine, added.relationship, first.rules)


def accepted(case: Case, channel: Channel, assurance: Assurance) -> None:
    """The customer itself accepts what the provider asked of it."""
    wish = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    invitation = done(invite, act(channel.pia), case.machine, case.relationship, wish, case.rules)
    statement = "We accept the agreement.\n"
    sha256 = hashlib.sha256(statement.encode()).hexdigest()
    consent = Consent(statement, sha256, "Maria Ek", True, True, assurance, "en-US")
    by = world.customer(acts.now())
    done(acceptances.accept, by, case.machine, case.relationship, invitation, consent, case.rules)


def shown(case: Case) -> dict[str, Any]:
    db.session.rollback()
    return status.status(case.machine, case.rules, acts.now())


def test_a_tenants_own_sign_in_counts_for_all_its_partners(channel: Channel, two: tuple[Case, Case]) -> None:
    first, second = two
    assert asked(second)[0].verdict == "deny"
    accepted(first, channel, Assurance.TENANT_OIDC)
    found = shown(second)
    assert (found["confirmed"], found["method"], found["assurance"]) == (True, "direct", "tenant-oidc")
    assert (found["state"], found["sequence"]) == ("unconfirmed", 1)
    assert found["primaryContact"] is None
    decision, step = asked(second)
    assert (decision.verdict, step) == ("allow", None)
    assert second.machine.state is State.UNCONFIRMED


@pytest.mark.parametrize("assurance", [Assurance.MAILBOX_CODE, Assurance.TENANT_ACCOUNT, Assurance.IMPORTED])
def test_any_lesser_proof_counts_for_the_inviting_partner_alone(
    channel: Channel, two: tuple[Case, Case], assurance: Assurance
) -> None:
    first, second = two
    accepted(first, channel, assurance)
    assert asked(first)[0].verdict == "allow"
    assert (shown(second)["confirmed"], shown(second)["method"]) == (False, None)
    decision, step = asked(second)
    assert (decision.verdict, decision.reason) == ("deny", "agreement-required")
    assert step == Step(Action.INVITE, Owner.PARTNER)


def test_an_attestation_counts_for_the_partner_that_gave_it(channel: Channel, two: tuple[Case, Case]) -> None:
    first, second = two
    done(first.attest, act(channel.pia))
    assert shown(second)["confirmed"] is False
    assert asked(second)[0].verdict == "deny"


def test_a_withdrawal_ends_it_for_all(channel: Channel, two: tuple[Case, Case]) -> None:
    first, second = two
    accepted(first, channel, Assurance.TENANT_OIDC)
    done(attestations.withdraw, act(channel.pia), first.machine, "by phone")
    for case in two:
        assert (shown(case)["confirmed"], shown(case)["method"]) == (False, None)
        assert asked(case)[0].verdict == "deny"
    assert second.machine.number == 1


def test_a_partners_own_attestation_outlives_the_withdrawal(channel: Channel, two: tuple[Case, Case]) -> None:
    first, second = two
    accepted(first, channel, Assurance.TENANT_OIDC)
    done(second.attest, act(hire(db.session.get_one(Partner, second.machine.partner_id))))
    assert shown(second)["method"] == "attested"
    done(attestations.withdraw, act(channel.pia), first.machine, "by phone")
    assert shown(second)["confirmed"] is True
    assert asked(second)[0].verdict == "allow"
