"""The portfolio's answer is the gate's answer for each of its customers, whatever they went through."""

import hashlib
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import acceptances, attestations, catalogue, customers, disputes, drafts, invitations, partners
from app.commands.acceptances import Consent
from app.commands.catalogue import Publication
from app.commands.drafts import Prepare
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.policy import Cell, Rulebook
from app.core.rows import laid_over
from app.core.vocabulary import (
    ActorKind,
    AgreementType,
    Assurance,
    Channel,
    Cloud,
    Environment,
    InvitationKind,
    Method,
    Operation,
    PartnerType,
    PurchaseKind,
    RelationshipState,
    Role,
)
from app.db import db, steady, transaction
from app.installation import installation
from app.models import Customer, Partner, Relationship
from app.queries import decisions, rulebooks, subjects
from app.queries.whatif import Portfolio
from tests.cast import MARIA, Cast, Story, introduce

# Rows that tell customers apart by country, date, offer and channel.
ROWS = """
[[rule]]
id = "swedes-anew"
topic = "enforcement"
from = 2026-01-01
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = 2024-06-01
region = ["SE"]

[[rule]]
id = "sold-by-program"
topic = "enforcement"
from = 2027-01-01
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = 2025-06-01
channel = ["api"]
offer = ["special"]
"""
MOMENTS = [datetime(*day, tzinfo=UTC) for day in ((2019, 1, 1), (2020, 1, 31), (2020, 2, 1), (2026, 11, 21))]
MOMENTS += [datetime(2027, 3, 1, 12, tzinfo=UTC)]
CELLS = [
    Cell(Operation.NEW_PURCHASE),
    Cell(Operation.RENEWAL, Channel.API, Environment.PRODUCTION, "special"),
    Cell(Operation.SEAT_CHANGE, Channel.DASHBOARD, Environment.SANDBOX, "DZH318Z0BPS6:0001"),
    Cell(Operation.AUTO_RENEWAL),
]


def clerk(partner: Partner, at: datetime) -> Act:
    roles = frozenset({Role.ADMIN_AGENT})
    return Act(
        ActorKind.STAFF,
        Method.PASSWORD,
        at,
        name="Ana",
        email="ana@x.example",
        roles=roles,
        partner_id=partner.id,
        partner_type=partner.type,
    )


def go_through(cast: Cast, story: Story, at: datetime, what: str) -> None:
    """One thing that can happen to a customer."""
    act, machine, tie = clerk(cast.fabrikam, at), story.machine, story.relationship
    if what == "attested":
        attestations.attest(act, machine, tie, MARIA, at, cast.rules)
    elif what == "cloud":
        early = clerk(cast.fabrikam, datetime(2019, 3, 1, tzinfo=UTC))
        kept = customers.machine_for(early, tie, AgreementType.CLOUD)
        attestations.attest(early, kept, tie, MARIA, early.at, cast.rules)
    elif what == "purchased":
        customers.record_purchase(act, tie, PurchaseKind.OFFER, at.date())
    elif what == "removed":
        tie.state = RelationshipState.REMOVED
    elif what == "national":
        db.session.get_one(Customer, tie.customer_id).cloud = Cloud.CHINA
    elif what == "abroad":
        tie.country = "DE"
    elif what == "drafted":
        drafts.submit(act, machine, tie, Prepare(MARIA, at), cast.rules)
    elif what == "disputed" and machine.on_record:
        disputes.open_dispute(act, machine, "nobody agreed")
    elif what == "elsewhere":
        accept_elsewhere(cast, tie, at)


def accept_elsewhere(cast: Cast, tie: Relationship, at: datetime) -> None:
    """Another partner's invitation, accepted by somebody whose sign-in proves the tenant."""
    other = db.session.scalars(select(Partner).where(Partner.name == "Elsewhere")).one()
    domain = db.session.get_one(Customer, tie.customer_id).domain
    profile = customers.Profile("Contoso", "SE", "en", MARIA, domain)
    added = customers.add_customer(acts.console(other.id), other, profile)
    ask = Ask(InvitationKind.AGREEMENT, MARIA, "en")
    invitation = invitations.invite(clerk(other, at), added.machine, added.relationship, ask, cast.rules)
    sha256 = hashlib.sha256(b"We accept.").hexdigest()
    consent = Consent("We accept.", sha256, "Maria", True, True, Assurance.TENANT_OIDC, "en-US")
    person = Act(ActorKind.CUSTOMER, Method.OIDC, at)
    acceptances.accept(person, added.machine, added.relationship, invitation, consent, cast.rules)


PATHS = [
    "",
    "attested",
    "cloud",
    "cloud attested",
    "attested disputed",
    "purchased",
    "purchased attested",
    "removed",
    "attested removed",
    "national",
    "abroad",
    "abroad attested",
    "drafted",
    "elsewhere",
    "attested elsewhere",
    "cloud elsewhere",
    "invited",
    "invited purchased",
]


@pytest.fixture(scope="module")
def portfolio(built: Flask) -> Cast:
    """A few dozen customers, each with a story of its own."""
    chance = random.Random(3)
    with built.app_context():
        cast = introduce()
        with transaction():
            partners.add_partner(acts.console(), "Elsewhere", PartnerType.DIRECT_BILL, "SE")
        for path in PATHS * 2:
            story = cast.customer()
            at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(900))
            if path.startswith("invited"):
                story.invite()
                path = path.removeprefix("invited")
            with transaction():
                machine, tie = db.session.merge(story.machine), db.session.merge(story.relationship)
                for what in path.split():
                    go_through(cast, Story(cast, machine, tie), at, what)
        with transaction():
            dates = {"published": MOMENTS[3].date(), "effective": MOMENTS[3].date(), "grace": MOMENTS[4].date()}
            publication = Publication(AgreementType.MCA, True, **dates)
            catalogue.publish(acts.console(), publication, installation().rules.catalogue)
    return cast


@pytest.mark.parametrize(
    ("database_url", "drafted"),
    # What rows say does not depend on the engine.
    [("sqlite", False), ("sqlite", True), ("postgresql", False)],
    ids=["sqlite", "sqlite, under draft rows", "postgresql"],
    indirect=["database_url"],
    scope="module",
)
def test_every_customer_gets_the_answer_that_the_gate_gives_it_alone(
    app: Flask, portfolio: Cast, drafted: bool
) -> None:
    rules = rulebooks.of(installation().rules, portfolio.fabrikam.id)
    if drafted:
        rules = Rulebook(laid_over(rules.policy, ROWS, "draft"), rules.catalogue)
    seen: Counter[Any] = Counter()
    for at in MOMENTS:
        for cell in CELLS:
            seen += compare(db.session.get_one(Partner, portfolio.fabrikam.id), cell, at, rules)
    assert {verdict for verdict, _, _ in seen} == {"allow", "deny"}
    assert {reason for _, reason, _ in seen} >= {"agreement-required", "no-relationship", "national-cloud-unsupported"}
    assert {action for _, _, action in seen} >= {"invite", "attest", "accept", "approve-draft", "add-customer"}


def compare(partner: Partner, cell: Cell, at: datetime, rules: Rulebook) -> Counter[Any]:
    with steady():
        whole = Portfolio(partner, cell, at, rules)
        groups = Counter({answer_of(answer.decision, answer.step): 0 for _, answer in whole.groups()})
        for number, answer in Portfolio(partner, cell, at, rules).groups():
            groups[answer_of(answer.decision, answer.step)] += number
        listed = {id: answer_of(answer.decision, answer.step) for id, _, answer in whole.customers()}
    alone = {}
    ties = db.session.scalars(select(Relationship).where(Relationship.partner_id == partner.id)).all()
    for tie in ties:
        known = subjects.around(tie, at)
        alone[str(tie.customer_id)] = answer_of(*decisions.answer(known, cell, at, rules))
    assert listed == alone
    assert list(listed) == sorted(listed)
    assert +groups == Counter(listed.values())
    return groups


def answer_of(decision: Any, step: Any) -> tuple[Any, ...]:
    return decision.verdict, decision.reason, step and step.action


def test_another_partners_customers_are_not_in_it(app: Flask, portfolio: Cast) -> None:
    other = db.session.scalars(select(Partner).where(Partner.name == "Elsewhere")).one()
    whole = Portfolio(other, CELLS[0], MOMENTS[3], installation().rules)
    assert sum(number for number, _ in whole.groups()) == 6
