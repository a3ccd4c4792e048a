"""What each kind of task asks: of whom, within how many days, and whether nothing but somebody's word ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.act import Act
from app.core.agreements import DAYS_TO_ANSWER
from app.core.permissions import Action, refusal
from app.core.vocabulary import TaskKind


@dataclass(frozen=True)
class Duty:
    days: int
    needs: tuple[Action, ...]
    # What it asks for leaves no trace here, or may come to nothing: somebody says that it is done.
    by_hand: bool = False


DUTIES: Mapping[TaskKind, Duty] = {
    TaskKind.ATTEST_BLOCKED: Duty(3, (Action.ATTEST_BLOCKED,)),
    TaskKind.CUSTOMER_DECLINED: Duty(5, (Action.INVITE,), by_hand=True),
    TaskKind.CANCEL_SUBSCRIPTIONS: Duty(5, (Action.WITHDRAW,), by_hand=True),
    TaskKind.MAIL_FAILED: Duty(2, (Action.INVITE,), by_hand=True),
    TaskKind.REVIEW_DRAFT: Duty(3, (Action.APPROVE_DRAFT, Action.RETURN_DRAFT)),
    TaskKind.REVISE_DRAFT: Duty(5, (Action.SUBMIT_DRAFT,)),
    TaskKind.ANSWER_DISPUTE: Duty(DAYS_TO_ANSWER, (Action.CLOSE_DISPUTE,)),
    TaskKind.ENDPOINT_DISABLED: Duty(2, (Action.MANAGE_HOOKS,)),
    TaskKind.HOOK_REFUSED: Duty(3, (Action.MANAGE_SOURCES, Action.VIEW), by_hand=True),
    TaskKind.ORDER_REFUSED: Duty(2, (Action.PLACE_ORDER,), by_hand=True),
    TaskKind.TEMPLATE_PUBLISHED: Duty(14, (Action.MANAGE_RULES, Action.VIEW), by_hand=True),
    TaskKind.MAIL_PAUSED: Duty(1, (Action.MANAGE_MAIL, Action.VIEW_MAIL)),
    TaskKind.HANDED_OVER: Duty(5, (Action.INVITE,), by_hand=True),
}


def due(kind: TaskKind, since: datetime) -> datetime:
    return since + timedelta(days=DUTIES[kind].days)


def concerning(act: Act) -> tuple[TaskKind, ...]:
    """The kinds that this caller may do something about; whoever may look at customers sees all of them."""
    if refusal(act, Action.VIEW) is None:
        return tuple(TaskKind)
    return tuple(kind for kind, duty in DUTIES.items() if any(refusal(act, action) is None for action in duty.needs))
