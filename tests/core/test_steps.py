"""What comes next for an agreement, and whose move it is: each state, each kind of partner, each circumstance."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.act import Act
from app.core.gate import Standing, Subject
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.steps import Case, allowed_actions, next_step
from app.core.vocabulary import ActorKind, AgreementType, Cloud, Method, Owner, PartnerType, Role
from tests.core.asking import CLOUD, MCA, SHIPPED, accepted, customer, moment, rulebook, version

NOW = "2024-07-01"
# In July a version of June is asked for; what is older counts until September.
NEWER = rulebook("", version(1, "2024-06-01", grace="2024-09-01"))
CUT_OFF = rulebook(
    '[[rule]]\nid = "anew"\ntopic = "enforcement"\nfrom = 2024-06-15\nany-of = ["MicrosoftCustomerAgreement"]\n'
    "accepted-since = 2024-06-01"
)
OLD, NEW = accepted("2024-01-01"), accepted("2024-06-20", 1)

# Who works with the customer: a direct-bill partner, a provider, a provider through a reseller.
WORKING: tuple[dict[str, Any], ...] = (
    {"partner_type": PartnerType.DIRECT_BILL},
    {"partner_type": PartnerType.PROVIDER},
    {"partner_type": PartnerType.PROVIDER, "resold": True},
)
INVITE = ("invite by partner", "invite by provider", "invite by reseller")
ATTEST = ("attest by partner", "attest by provider", "submit-draft by reseller")
PREPARE = ("submit-draft by partner", "submit-draft by provider", "submit-draft by reseller")
APPROVE = ("approve-draft by partner", "approve-draft by provider", "approve-draft by provider")
ADD = ("add-customer by partner", "add-customer by provider", "add-customer by reseller")
ACCEPT = ("accept by customer",) * 3
NOTHING = (None,) * 3

BOUGHT, FOUR_EYES = {"purchased": True}, {"four_eyes": True}
INVITED = {"invited": True, "answerable": True}
# state, what stands beside it, what is known of the customer, who does what next
TABLE: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str | None, ...]]] = [
    ("unconfirmed", {}, {}, INVITE),
    ("unconfirmed", {}, FOUR_EYES, INVITE),
    ("unconfirmed", {}, BOUGHT, ATTEST),
    ("unconfirmed", {}, BOUGHT | FOUR_EYES, PREPARE),
    ("unconfirmed", {"drafted": True}, {}, APPROVE),
    ("unconfirmed", {"drafted": True}, BOUGHT | FOUR_EYES, APPROVE),
    ("unconfirmed", {"shared": NEW}, {}, NOTHING),
    ("unconfirmed", {"shared": OLD}, {}, INVITE),
    ("unconfirmed", {}, {"related": False}, ADD),
    ("unconfirmed", {"drafted": True}, {"related": False}, ADD),
    ("unconfirmed", {}, {"cloud": Cloud.GERMANY}, NOTHING),
    ("unconfirmed", {"drafted": True}, {"cloud": Cloud.GERMANY}, NOTHING),
    ("invited", INVITED, {}, ACCEPT),
    ("invited", INVITED, BOUGHT, ATTEST),
    ("invited", INVITED | {"drafted": True}, {}, APPROVE),
    ("invited", {"invited": True}, {}, INVITE),  # its deadline has passed
    ("invited", {}, {}, INVITE),
    ("invited", {"invited": True}, BOUGHT | FOUR_EYES, PREPARE),
    ("invited", INVITED | {"own": OLD}, BOUGHT, ACCEPT),  # who reconfirms is not kept from it by its own orders
    ("invited", INVITED | {"own": NEW}, {}, NOTHING),
    ("direct-accepted", {"own": NEW}, {}, NOTHING),
    ("direct-accepted", {"own": NEW}, BOUGHT | FOUR_EYES, NOTHING),
    ("direct-accepted", {"own": NEW, "disputed": True}, {}, NOTHING),
    ("direct-accepted", {"own": NEW}, {"related": False}, ADD),
    ("direct-accepted", {"own": OLD}, BOUGHT, INVITE),
    ("direct-accepted", {"own": OLD, "shared": NEW}, {}, NOTHING),
    ("partner-attested", {"own": NEW}, {}, NOTHING),
    ("partner-attested", {"own": OLD}, {}, INVITE),
    ("partner-attested", {"own": OLD, "drafted": True}, {}, APPROVE),
    ("blocked-needs-attestation", {}, BOUGHT, ATTEST),
    ("blocked-needs-attestation", {}, {}, ATTEST),
    ("blocked-needs-attestation", {}, FOUR_EYES, PREPARE),
    ("blocked-needs-attestation", {"drafted": True}, BOUGHT, APPROVE),
    ("blocked-needs-attestation", {}, {"cloud": Cloud.CHINA}, NOTHING),
]


def subject(state: str, beside: dict[str, Any], facts: dict[str, Any]) -> Subject:
    return customer(Standing(State(state), **beside), **facts)


def said(case: Case) -> str | None:
    step = next_step(case)
    return f"{step.action} by {step.owner}" if step else None


def test_every_state_stands_in_the_table() -> None:
    assert {state for state, *_ in TABLE} == set(State)


@pytest.mark.parametrize(("state", "beside", "facts", "steps"), TABLE)
def test_what_comes_next_and_whose_move_it_is(
    state: str, beside: dict[str, Any], facts: dict[str, Any], steps: tuple[str | None, ...]
) -> None:
    cases = [Case(subject(state, beside, facts | working), MCA, moment(NOW), NEWER) for working in WORKING]
    assert tuple(said(case) for case in cases) == steps


@pytest.mark.parametrize(
    ("kind", "day", "step"),
    [
        (MCA, "2019-09-30", None),
        (MCA, "2019-10-01", "attest by partner"),
        (MCA, "2020-02-02", "attest by partner"),
        (MCA, "2020-02-03", "invite by partner"),
        (CLOUD, "2018-08-06", None),
        (CLOUD, "2018-08-07", "attest by partner"),
        (CLOUD, "2020-01-31", "attest by partner"),
        (CLOUD, "2020-02-01", None),
    ],
)
def test_what_can_come_next_depends_on_the_day(kind: AgreementType, day: str, step: str | None) -> None:
    for at in (moment(day), moment(day) + timedelta(hours=23, minutes=59)):
        assert said(Case(customer(), kind, at, SHIPPED)) == step


@pytest.mark.parametrize(("day", "step"), [("2024-06-14", None), ("2024-06-15", "invite by partner")])
def test_an_acceptance_from_before_a_cut_off_is_to_be_renewed_while_the_cut_off_holds(
    day: str, step: str | None
) -> None:
    held = customer(Standing(State.DIRECT, own=OLD))
    assert said(Case(held, MCA, moment(day), CUT_OFF)) == step


def test_before_its_first_version_is_out_an_agreement_on_record_leaves_nothing_to_do() -> None:
    assert said(Case(customer(accepted("2019-08-01")), MCA, moment("2019-08-02"), SHIPPED)) is None


def agent(owner: Owner, working: dict[str, Any]) -> Act:
    type = PartnerType.RESELLER if owner is Owner.RESELLER else working["partner_type"]
    return Act(ActorKind.STAFF, Method.PASSWORD, moment(NOW), roles=frozenset({Role.ADMIN_AGENT}), partner_type=type)


@pytest.mark.parametrize(("state", "beside", "facts", "steps"), TABLE)
def test_an_admin_agent_of_whose_move_it_is_may_make_it(
    state: str, beside: dict[str, Any], facts: dict[str, Any], steps: tuple[str | None, ...]
) -> None:
    for working in WORKING:
        case = Case(subject(state, beside, facts | working), MCA, moment(NOW), NEWER)
        step = next_step(case)
        if step and isinstance(step.action, Action):
            assert step.action in allowed_actions(agent(step.owner, working), case)


@pytest.mark.parametrize(("state", "beside", "facts", "steps"), TABLE)
def test_a_reseller_never_decides(
    state: str, beside: dict[str, Any], facts: dict[str, Any], steps: tuple[str | None, ...]
) -> None:
    case = Case(subject(state, beside, facts | WORKING[2]), MCA, moment(NOW), NEWER)
    allowed = set(allowed_actions(agent(Owner.RESELLER, WORKING[2]), case))
    assert allowed <= {Action.ADD_CUSTOMER, Action.INVITE, Action.SUBMIT_DRAFT, Action.OPEN_DISPUTE}
