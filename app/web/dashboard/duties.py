"""What somebody with a role may do, in words: the table of permissions as people read it."""

from collections.abc import Mapping

from app.core.act import Act
from app.core.permissions import TABLE, Action, refusal
from app.core.vocabulary import Role
from app.tongue import N_, gettext

DUTIES: Mapping[Action, str] = {
    Action.VIEW: N_("See customers and where their agreements stand"),
    Action.ADD_CUSTOMER: N_("Add customers"),
    Action.INVITE: N_("Invite customers to accept"),
    Action.LIVE_LINK: N_("Copy links of invitations that work"),
    Action.REVOKE: N_("Revoke invitations"),
    Action.ATTEST: N_("Attest that a customer has accepted"),
    Action.ATTEST_BLOCKED: N_("Attest for customers that cannot accept by themselves"),
    Action.WITHDRAW: N_("Record that a customer no longer agrees"),
    Action.RECORD_PURCHASE: N_("Record purchases"),
    Action.PLACE_ORDER: N_("Place orders"),
    Action.VIEW_DRAFT: N_("See drafts of attestations"),
    Action.SUBMIT_DRAFT: N_("Prepare drafts of attestations"),
    Action.APPROVE_DRAFT: N_("Approve drafts"),
    Action.RETURN_DRAFT: N_("Return drafts with a reason"),
    Action.OPEN_DISPUTE: N_("Open disputes"),
    Action.CLOSE_DISPUTE: N_("Close disputes"),
    Action.MANAGE_RULES: N_("Manage rules and agreements"),
    Action.MANAGE_STAFF: N_("Manage people, tokens and settings"),
    Action.MANAGE_HOOKS: N_("Manage webhooks that are sent"),
    Action.MANAGE_SOURCES: N_("Manage sources whose webhooks are taken"),
    Action.VIEW_MAIL: N_("See mail and its deliveries"),
    Action.MANAGE_MAIL: N_("Manage wordings, reminders and the suppression list"),
    Action.SEND_CREDENTIALS: N_("Send customers their credentials"),
}


def mine(act: Act) -> list[str]:
    """What this person may do now."""
    return [gettext(words) for action, words in DUTIES.items() if refusal(act, action) is None]


def table(act: Act) -> list[tuple[str, list[bool]]]:
    """Everything that somebody of this partner could do, and by which of the roles, in their order."""
    possible = [action for action in DUTIES if act.partner_type in TABLE[action].partners]
    holders = {action: act.overrides.get(action, TABLE[action].roles) for action in possible}
    return [(gettext(DUTIES[action]), [role in holders[action] for role in Role]) for action in possible]
