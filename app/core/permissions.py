"""Who may do what: one table. `refusal` reads it, nobody else decides."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.act import Act
from app.core.refusals import Reason, Refused
from app.core.vocabulary import ActorKind, PartnerType, Role


class Action(StrEnum):
    ADD_CUSTOMER = "add-customer"
    VIEW = "view"
    INVITE = "invite"
    REVOKE = "revoke"
    ATTEST = "attest"
    ATTEST_BLOCKED = "attest-blocked"
    WITHDRAW = "withdraw"
    RECORD_PURCHASE = "record-purchase"
    MANAGE_STAFF = "manage-staff"


@dataclass(frozen=True)
class Rule:
    partners: frozenset[PartnerType]
    roles: frozenset[Role]


ALL = frozenset(PartnerType)
CONFIRMING = frozenset({PartnerType.DIRECT_BILL, PartnerType.PROVIDER})
AGENTS = frozenset({Role.ADMIN_AGENT, Role.SALES_AGENT})
ANY_ROLE = frozenset(Role)
GLOBAL = frozenset({Role.GLOBAL_ADMIN})

TABLE: dict[Action, Rule] = {
    Action.ADD_CUSTOMER: Rule(ALL, AGENTS),
    Action.VIEW: Rule(ALL, AGENTS),
    Action.INVITE: Rule(ALL, AGENTS),
    Action.REVOKE: Rule(CONFIRMING, AGENTS),
    Action.ATTEST: Rule(CONFIRMING, AGENTS),
    # The vendor's two pages name different roles for blocked customers; the default is their union.
    Action.ATTEST_BLOCKED: Rule(CONFIRMING, ANY_ROLE),
    Action.WITHDRAW: Rule(CONFIRMING, AGENTS),
    Action.RECORD_PURCHASE: Rule(CONFIRMING, AGENTS),
    Action.MANAGE_STAFF: Rule(ALL, GLOBAL),
}

ATTESTING = frozenset({Action.ATTEST, Action.ATTEST_BLOCKED})


def refusal(act: Act, action: Action) -> Reason | None:
    """The word for "you may not", or None. The operator at the console and the clock may do everything."""
    if act.kind is ActorKind.SYSTEM:
        return None
    if act.kind is not ActorKind.STAFF or act.partner_type is None:
        return Reason.ROLE_NOT_ALLOWED
    rule = TABLE[action]
    if act.partner_type not in rule.partners:
        return Reason.RESELLER_CANNOT_ATTEST if action in ATTESTING else Reason.WRONG_PARTNER_TYPE
    return None if act.roles & rule.roles else Reason.ROLE_NOT_ALLOWED


def require(act: Act, action: Action) -> None:
    reason = refusal(act, action)
    if reason:
        raise Refused(reason, action=action)
