"""How pages call tasks: what there is to do in plain words, and the one place where it is done."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, url_for

from app.core.vocabulary import TaskKind
from app.queries.tasks import Shown
from app.tongue import N_, gettext
from app.web.pages.routes import may


@dataclass(frozen=True)
class Way:
    """A page, by the name of its address, and what of a task stands in that address."""

    endpoint: str
    given: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Wording:
    title: str
    button: str
    ways: tuple[Way, ...]


CUSTOMER = Way("dashboard.customer", "customer_id", "customer_id")
TASKS: Mapping[TaskKind, Wording] = {
    TaskKind.ATTEST_BLOCKED: Wording(
        N_("Confirm for a customer that cannot accept by itself"),
        N_("Attest"),
        (Way("dashboard.attest", "customer_id", "customer_id"), CUSTOMER),
    ),
    TaskKind.CUSTOMER_DECLINED: Wording(
        N_("The customer said no: ask why, then invite it again or leave it"), N_("Open the customer"), (CUSTOMER,)
    ),
    TaskKind.CANCEL_SUBSCRIPTIONS: Wording(
        N_("The customer no longer agrees: cancel its subscriptions"), N_("Open the customer"), (CUSTOMER,)
    ),
    TaskKind.MAIL_FAILED: Wording(
        N_("A mail did not arrive: correct the address and send it again"),
        N_("Correct and resend"),
        (Way("dashboard.invitation", "subject_id", "invitation_id"), CUSTOMER),
    ),
    TaskKind.REVIEW_DRAFT: Wording(
        N_("A draft waits: approve it or return it"),
        N_("Decide the draft"),
        (Way("dashboard.draft", "draft_id", "draft_id"), Way("dashboard.drafts")),
    ),
    TaskKind.REVISE_DRAFT: Wording(
        N_("A draft came back: correct it or discard it"),
        N_("Correct the draft"),
        (Way("dashboard.draft", "draft_id", "draft_id"), Way("dashboard.drafts")),
    ),
    TaskKind.ANSWER_DISPUTE: Wording(
        N_("Somebody doubts a confirmation: answer the dispute"),
        N_("Answer the dispute"),
        (Way("dashboard.dispute", "dispute_id", "dispute_id"), Way("dashboard.disputes")),
    ),
    TaskKind.ENDPOINT_DISABLED: Wording(
        N_("A webhook endpoint was switched off: mend it and switch it on again"),
        N_("Open the endpoint"),
        (Way("dashboard.endpoint", "subject_id", "endpoint_id"), Way("dashboard.webhooks")),
    ),
    TaskKind.HOOK_REFUSED: Wording(
        N_("What another system reported was refused: find out why"),
        N_("See what it is about"),
        (CUSTOMER, Way("dashboard.webhooks")),
    ),
    TaskKind.ORDER_REFUSED: Wording(
        N_("An order was refused elsewhere: see what the customer lacks"), N_("Open the customer"), (CUSTOMER,)
    ),
    TaskKind.TEMPLATE_PUBLISHED: Wording(
        N_("A new version of an agreement is out: have the operator publish it"),
        N_("See the agreements"),
        (Way("dashboard.catalogue"),),
    ),
    TaskKind.MAIL_PAUSED: Wording(
        N_("Mail is held back: find out why, then let it go on"), N_("See the mail"), (Way("dashboard.mail"),)
    ),
    TaskKind.HANDED_OVER: Wording(
        N_("The contact named somebody else to ask: check whom"), N_("Open the customer"), (CUSTOMER,)
    ),
}


def title(of: TaskKind) -> str:
    return gettext(TASKS[of].title)


def button(of: TaskKind) -> str:
    return gettext(TASKS[of].button)


def closer(of: str | None) -> str:
    """Who closed it, where that is not somebody with a name."""
    nameless = {
        None: N_("an older Assent"),
        "customer": N_("the customer's answer"),
        "upstream": N_("another system's report"),
        "clock": N_("the clock"),
        "console": N_("the operator"),
    }
    return gettext(nameless[of]) if of in nameless else str(of)


def way(of: Shown) -> str | None:
    """The address where it is done, if the reader may go there."""
    for one in TASKS[of.task.kind].ways:
        value = getattr(of, one.given, None) or getattr(of.task, one.given, None) if one.given else None
        if _open_to_reader(one.endpoint) and (value or not one.given):
            return url_for(one.endpoint, **({one.name: value} if one.given else {}))
    return None


def _open_to_reader(endpoint: str) -> bool:
    page = getattr(current_app.view_functions.get(endpoint), "page", None)
    needs = getattr(page, "needs", None)
    return page is not None and (not isinstance(needs, tuple) or may(*needs))
