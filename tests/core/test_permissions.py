"""Who may do what: the whole table, cell by cell, and the word for no."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.act import Act
from app.core.permissions import Action, overrides, refusal, require
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
    ("live-link", "A", "A", "A"),
    ("revoke", "AS", "AS", ""),
    ("attest", "AS", "AS", ""),
    ("attest-blocked", "ASHG", "ASHG", ""),
    ("withdraw", "AS", "AS", ""),
    ("record-purchase", "AS", "AS", ""),
    ("place-order", "AS", "AS", ""),
    ("view-draft", "ASHG", "ASHG", "ASHG"),
    ("submit-draft", "AS", "AS", "AS"),
    ("approve-draft", "ASHG", "ASHG", ""),
    ("return-draft", "ASHG", "ASHG", ""),
    ("open-dispute", "AS", "AS", "AS"),
    ("close-dispute", "AS", "AS", ""),
    ("manage-rules", "G", "G", ""),
    ("manage-staff", "G", "G", "G"),
    ("manage-hooks", "G", "G", ""),
    ("manage-sources", "G", "G", ""),
    ("view-mail", "ASG", "ASG", "ASG"),
    ("manage-mail", "G", "G", "G"),
    ("send-credentials", "A", "A", "A"),
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


@pytest.mark.parametrize("action", Action)
def test_a_system_elsewhere_may_tell_of_purchases_and_do_nothing_else(action: Action) -> None:
    for type in (None, *TYPES):
        word = refusal(act(*Role, kind=ActorKind.UPSTREAM, type=type), action)
        assert word is (None if action is Action.RECORD_PURCHASE else Reason.ROLE_NOT_ALLOWED)


@pytest.mark.parametrize(
    ("action", "word"),
    [
        (Action.ATTEST, Reason.RESELLER_CANNOT_ATTEST),
        (Action.ATTEST_BLOCKED, Reason.RESELLER_CANNOT_ATTEST),
        (Action.REVOKE, Reason.WRONG_PARTNER_TYPE),
        (Action.WITHDRAW, Reason.WRONG_PARTNER_TYPE),
        (Action.RECORD_PURCHASE, Reason.WRONG_PARTNER_TYPE),
        (Action.APPROVE_DRAFT, Reason.RESELLER_CANNOT_ATTEST),
        (Action.RETURN_DRAFT, Reason.WRONG_PARTNER_TYPE),
        (Action.PLACE_ORDER, Reason.WRONG_PARTNER_TYPE),
        (Action.CLOSE_DISPUTE, Reason.WRONG_PARTNER_TYPE),
        (Action.MANAGE_RULES, Reason.WRONG_PARTNER_TYPE),
        (Action.MANAGE_HOOKS, Reason.WRONG_PARTNER_TYPE),
        (Action.MANAGE_SOURCES, Reason.WRONG_PARTNER_TYPE),
    ],
)
def test_a_reseller_is_told_that_it_is_its_type_and_not_its_role(action: Action, word: Reason) -> None:
    for roles in ((), tuple(Role)):
        assert refusal(act(*roles, type=PartnerType.RESELLER), action) is word


# A token of the partner itself, without a person.


def partner_itself(type: PartnerType, *roles: Role) -> Act:
    return Act(ActorKind.STAFF, Method.API_TOKEN, NOW, roles=frozenset(roles), partner_type=type, app_only=True)


@pytest.mark.parametrize("action", Action)
def test_the_partner_itself_may_look_add_customers_order_and_be_told_where_its_people_may(action: Action) -> None:
    for type, may in (
        (PartnerType.DIRECT_BILL, {"add-customer", "view", "view-draft", "view-mail", "place-order", "manage-hooks"}),
        (PartnerType.PROVIDER, {"add-customer", "view", "view-draft", "view-mail", "place-order", "manage-hooks"}),
        (PartnerType.RESELLER, {"add-customer", "view", "view-draft", "view-mail"}),
    ):
        assert (refusal(partner_itself(type), action) is None) == (action in may)


def test_no_person_is_no_reason_to_forget_which_types_of_partners_may() -> None:
    reseller = partner_itself(PartnerType.RESELLER)
    assert refusal(reseller, Action.PLACE_ORDER) is Reason.WRONG_PARTNER_TYPE
    assert refusal(reseller, Action.ATTEST) is Reason.RESELLER_CANNOT_ATTEST
    assert refusal(partner_itself(PartnerType.PROVIDER), Action.ATTEST) is Reason.ROLE_NOT_ALLOWED


# Settings may name other roles for an action.


def test_settings_take_the_place_of_the_tables_roles_for_the_action_they_name() -> None:
    named = overrides("attest-blocked=admin-agent sales-agent; attest=helpdesk-agent")
    for action, letters in ((Action.ATTEST_BLOCKED, "AS"), (Action.ATTEST, "H"), (Action.WITHDRAW, "AS")):
        allowed = {one for one, role in LETTERS.items() if refusal(replace(act(role), overrides=named), action) is None}
        assert allowed == set(letters)


@pytest.mark.parametrize("action", Action)
def test_no_setting_lets_another_type_of_partner_act(action: Action) -> None:
    named = overrides(f"{action}={' '.join(Role)}")
    for type in TYPES:
        refused = refusal(replace(act(*Role, type=type), overrides=named), action)
        assert refused == refusal(act(*Role, type=type), action)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {}),
        (" ; ;", {}),
        ("invite=sales-agent", {"invite": "S"}),
        (" invite =  sales-agent   admin-agent ;withdraw=global-admin;", {"invite": "AS", "withdraw": "G"}),
        ("invite=sales-agent; invite=admin-agent", {"invite": "A"}),
    ],
)
def test_roles_are_read_from_one_line_of_settings(text: str, read: dict[str, str]) -> None:
    assert overrides(text) == {
        action: frozenset(LETTERS[letter] for letter in letters) for action, letters in read.items()
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("atest=admin-agent", "knows no action 'atest'; it knows add-customer, view, "),
        ("ATTEST=admin-agent", "knows no action 'ATTEST'"),
        ("attest", "knows no action 'attest'"),
        ("=admin-agent", "knows no action ''"),
        ("attest=", "attest needs roles of: admin-agent, sales-agent, helpdesk-agent, global-admin"),
        ("invite=admin-agent; attest=admin,sales", "attest needs roles of: admin-agent"),
        ("attest=admin-agent=sales-agent", "attest needs roles of: admin-agent"),
    ],
)
def test_settings_that_make_no_sense_say_what_they_know(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(said)):
        overrides(text)


def test_require_raises_the_word_and_names_the_action() -> None:
    require(act(Role.SALES_AGENT), Action.INVITE)
    with pytest.raises(Refused) as refused:
        require(act(Role.HELPDESK_AGENT), Action.INVITE)
    assert refused.value.reason is Reason.ROLE_NOT_ALLOWED
    assert refused.value.data == {"action": Action.INVITE}
