"""Who may do what: the whole table, cell by cell, and the word for no."""

import itertools
from datetime import UTC, datetime

import pytest

from app.core.act import Act
from app.core.permissions import Action, refusal, require
from app.core.refusals import Reason, Refused
from app.core.vocabulary import ActorKind, Method, PartnerType, Role

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

# One letter a role that may: A admin agent, S sales agent, H helpdesk agent, G global admin.
LETTERS = {
    "A": Role.ADMIN_AGENT,
    "S": Role.SALES_AGENT,
    "H": Role.HELPDESK_AGENT,
    "G": Role.GLOBAL_ADMIN,
}
TABLE = [
    # action              direct bill  provider  reseller
    ("add-customer", "AS", "AS", "AS"),
    ("view", "AS", "AS", "AS"),
    ("invite", "AS", "AS", "AS"),
    ("revoke", "AS", "AS", ""),
    ("attest", "AS", "AS", ""),
    ("attest-blocked", "ASHG", "ASHG", ""),
    ("withdraw", "AS", "AS", ""),
    ("record-purchase", "AS", "AS", ""),
    ("manage-staff", "G", "G", "G"),
]
TYPES = (PartnerType.DIRECT_BILL, PartnerType.PROVIDER, PartnerType.RESELLER)


def act(*roles: Role, kind: ActorKind = ActorKind.STAFF, type: PartnerType | None = PartnerType.DIRECT_BILL) -> Act:
    return Act(kind, Method.PASSWORD, NOW, roles=frozenset(roles), partner_type=type)


def test_the_table_names_every_action_partner_type_and_role() -> None:
    assert [action for action, *_ in TABLE] == list(Action)
    assert set(TYPES) == set(PartnerType)
    assert set(LETTERS.values()) == set(Role)


@pytest.mark.parametrize(("action", "direct_bill", "provider", "reseller"), TABLE)
def test_each_role_of_each_partner_type_may_do_what_the_table_says(
    action: str, direct_bill: str, provider: str, reseller: str
) -> None:
    for type, allowed in zip(TYPES, (direct_bill, provider, reseller), strict=True):
        for letter, role in LETTERS.items():
            assert (refusal(act(role, type=type), Action(action)) is None) == (letter in allowed)


@pytest.mark.parametrize(("action", "direct_bill", "provider", "reseller"), TABLE)
def test_somebody_with_several_roles_may_do_what_any_of_them_may(
    action: str, direct_bill: str, provider: str, reseller: str
) -> None:
    for type, allowed in zip(TYPES, (direct_bill, provider, reseller), strict=True):
        for pair in itertools.combinations(LETTERS, 2):
            several = act(*(LETTERS[letter] for letter in pair), type=type)
            assert (refusal(several, Action(action)) is None) == bool(set(pair) & set(allowed))


@pytest.mark.parametrize("action", Action)
def test_somebody_without_a_role_may_do_nothing(action: Action) -> None:
    assert refusal(act(), action) is Reason.ROLE_NOT_ALLOWED


@pytest.mark.parametrize("action", Action)
def test_a_customer_and_somebody_without_a_partner_may_do_nothing_here(action: Action) -> None:
    assert refusal(act(*Role, kind=ActorKind.CUSTOMER), action) is Reason.ROLE_NOT_ALLOWED
    assert refusal(act(*Role, type=None), action) is Reason.ROLE_NOT_ALLOWED


@pytest.mark.parametrize("action", Action)
def test_the_console_and_the_clock_may_do_everything(action: Action) -> None:
    assert refusal(act(kind=ActorKind.SYSTEM, type=None), action) is None


@pytest.mark.parametrize(
    ("action", "word"),
    [
        (Action.ATTEST, Reason.RESELLER_CANNOT_ATTEST),
        (Action.ATTEST_BLOCKED, Reason.RESELLER_CANNOT_ATTEST),
        (Action.REVOKE, Reason.WRONG_PARTNER_TYPE),
        (Action.WITHDRAW, Reason.WRONG_PARTNER_TYPE),
        (Action.RECORD_PURCHASE, Reason.WRONG_PARTNER_TYPE),
    ],
)
def test_a_reseller_is_told_that_it_is_its_type_and_not_its_role(action: Action, word: Reason) -> None:
    for roles in ((), tuple(Role)):
        assert refusal(act(*roles, type=PartnerType.RESELLER), action) is word


def test_require_raises_the_word_and_names_the_action() -> None:
    require(act(Role.SALES_AGENT), Action.INVITE)
    with pytest.raises(Refused) as refused:
        require(act(Role.HELPDESK_AGENT), Action.INVITE)
    assert refused.value.reason is Reason.ROLE_NOT_ALLOWED
    assert refused.value.data == {"action": Action.INVITE}
