"""Who may do what: one table. `refusal` reads it, nobody else decides; settings may name other roles per action."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.act import Act
from app.core.contact import mailbox
from app.core.refusals import Reason, Refused
from app.core.vocabulary import ActorKind, PartnerType, Role


class Action(StrEnum):
    ADD_CUSTOMER = "add-customer"
    VIEW = "view"
    INVITE = "invite"
    LIVE_LINK = "live-link"
    REVOKE = "revoke"
    ATTEST = "attest"
    ATTEST_BLOCKED = "attest-blocked"
    WITHDRAW = "withdraw"
    RECORD_PURCHASE = "record-purchase"
    PLACE_ORDER = "place-order"
    VIEW_DRAFT = "view-draft"
    SUBMIT_DRAFT = "submit-draft"
    APPROVE_DRAFT = "approve-draft"
    RETURN_DRAFT = "return-draft"
    OPEN_DISPUTE = "open-dispute"
    CLOSE_DISPUTE = "close-dispute"
    MANAGE_RULES = "manage-rules"
    MANAGE_STAFF = "manage-staff"
    MANAGE_HOOKS = "manage-hooks"
    MANAGE_SOURCES = "manage-sources"
    VIEW_MAIL = "view-mail"
    MANAGE_MAIL = "manage-mail"
    SEND_CREDENTIALS = "send-credentials"


@dataclass(frozen=True)
class Rule:
    partners: frozenset[PartnerType]
    roles: frozenset[Role]
    app_only: bool = False  # a token of the partner itself, without a person, may do it too


ALL = frozenset(PartnerType)
CONFIRMING = frozenset({PartnerType.DIRECT_BILL, PartnerType.PROVIDER})
AGENTS = frozenset({Role.ADMIN_AGENT, Role.SALES_AGENT})
ADMINS = frozenset({Role.ADMIN_AGENT})
ANY_ROLE = frozenset(Role)
GLOBAL = frozenset({Role.GLOBAL_ADMIN})

TABLE: dict[Action, Rule] = {
    Action.ADD_CUSTOMER: Rule(ALL, AGENTS, app_only=True),
    Action.VIEW: Rule(ALL, AGENTS, app_only=True),
    Action.INVITE: Rule(ALL, AGENTS),
    # A link that works stands for the customer's mailbox: who sees it could pass for the customer.
    Action.LIVE_LINK: Rule(ALL, ADMINS),
    Action.REVOKE: Rule(CONFIRMING, AGENTS),
    Action.ATTEST: Rule(CONFIRMING, AGENTS),
    # The vendor's two pages name different roles for blocked customers; the default is their union.
    Action.ATTEST_BLOCKED: Rule(CONFIRMING, ANY_ROLE),
    Action.WITHDRAW: Rule(CONFIRMING, AGENTS),
    Action.RECORD_PURCHASE: Rule(CONFIRMING, AGENTS),
    Action.PLACE_ORDER: Rule(CONFIRMING, AGENTS, app_only=True),
    Action.VIEW_DRAFT: Rule(ALL, ANY_ROLE, app_only=True),
    Action.SUBMIT_DRAFT: Rule(ALL, AGENTS),
    Action.APPROVE_DRAFT: Rule(CONFIRMING, ANY_ROLE),
    Action.RETURN_DRAFT: Rule(CONFIRMING, ANY_ROLE),
    Action.OPEN_DISPUTE: Rule(ALL, AGENTS),
    Action.CLOSE_DISPUTE: Rule(CONFIRMING, AGENTS),
    Action.MANAGE_RULES: Rule(CONFIRMING, GLOBAL),
    Action.MANAGE_STAFF: Rule(ALL, GLOBAL),
    # Events are numbered per confirming partner, whose programs may follow them anyway.
    Action.MANAGE_HOOKS: Rule(CONFIRMING, GLOBAL, app_only=True),
    # Who can set up a source can say that a customer has accepted.
    Action.MANAGE_SOURCES: Rule(CONFIRMING, GLOBAL),
    # How mail stands, and to whom it does not go.
    Action.VIEW_MAIL: Rule(ALL, AGENTS | GLOBAL, app_only=True),
    # Wordings, logo, reminders, the suppression list, the partner's pause.
    Action.MANAGE_MAIL: Rule(ALL, GLOBAL),
    Action.SEND_CREDENTIALS: Rule(ALL, ADMINS),
}

# What a system elsewhere may do by the webhooks it sends to a source of the partner's.
TOLD = frozenset({Action.RECORD_PURCHASE})

ATTESTING = frozenset({Action.ATTEST, Action.ATTEST_BLOCKED, Action.APPROVE_DRAFT})

Overrides = Mapping[str, frozenset[Role]]


def refusal(act: Act, action: Action) -> Reason | None:
    """The word for "you may not", or None. The operator at the console and the clock may do everything."""
    if act.kind is ActorKind.SYSTEM or (act.kind is ActorKind.UPSTREAM and action in TOLD):
        return None
    if act.kind is not ActorKind.STAFF or act.partner_type is None:
        return Reason.ROLE_NOT_ALLOWED
    rule = TABLE[action]
    if act.partner_type not in rule.partners:
        return Reason.RESELLER_CANNOT_ATTEST if action in ATTESTING else Reason.WRONG_PARTNER_TYPE
    roles = act.overrides.get(action, rule.roles)
    return None if act.roles & roles or (act.app_only and rule.app_only) else Reason.ROLE_NOT_ALLOWED


def require_own(act: Act, action: Action, partner_id: UUID) -> None:
    """The permission, at the caller's own partner; of others nobody learns."""
    require(act, action)
    if act.partner_id not in (None, partner_id):
        raise Refused(Reason.NOT_FOUND, what="partner id")


def require_person(act: Act) -> None:
    """A service account has to say for whom it vouches."""
    if act.service and not act.on_behalf_of:
        raise Refused(Reason.MISSING_FIELD, field="onBehalfOf")


def same_person(act: Act, id: str | None, signature: str) -> bool:
    """Whether this caller is that person, however the name is spelled and for whomever it says to act."""
    mine = {_mailbox(act.signature), _mailbox(act.email or act.signature)}
    return act.id == id or _mailbox(signature) in mine


def _mailbox(signature: str) -> str:
    """The address in `NAME <MAIL>`, or all of it."""
    return mailbox(signature.rpartition("<")[2].rstrip(">"))


def overrides(text: str) -> dict[str, frozenset[Role]]:
    """`action=role role; action=role` as a table; which partner types may act is no setting."""
    found: dict[str, frozenset[Role]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, roles = part.partition("=")
        if name.strip() not in TABLE or not TABLE[Action(name.strip())].partners or not equals:
            raise ValueError(
                f"knows no action {name.strip()!r}; it knows {', '.join(a for a in Action if TABLE[a].partners)}"
            )
        unknown = [role for role in roles.split() if role not in list(Role)]
        if unknown or not roles.split():
            raise ValueError(f"{name.strip()} needs roles of: {', '.join(Role)}")
        found[Action(name.strip())] = frozenset(Role(role) for role in roles.split())
    return found


def groups(text: str) -> dict[str, frozenset[Role]]:
    """`group=role role; group=role` as a table."""
    found: dict[str, frozenset[Role]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, roles = part.rpartition("=")
        if not name.strip() or not roles.split() or set(roles.split()) - set(Role):
            raise ValueError(f"every group needs roles of: {', '.join(Role)}")
        found[name.strip()] = frozenset(Role(role) for role in roles.split())
    return found


def require(act: Act, action: Action) -> None:
    reason = refusal(act, action)
    if reason:
        raise Refused(reason, action=action)
