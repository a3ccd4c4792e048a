"""What each event owes the world, as one table: the news it makes, the mails, the timers and the tasks."""

from dataclasses import dataclass

from app.core.carrying import Lane
from app.core.lifecycle import Event
from app.core.vocabulary import NewsType, Note, Owed, TaskKind


@dataclass(frozen=True)
class Effect:
    news: NewsType
    mails: tuple[Owed, ...] = ()
    timers: tuple[Owed, ...] = ()
    task: TaskKind | None = None
    # What nobody need see to any more.
    closes: tuple[TaskKind, ...] = ()


ASKING_TROUBLE = (TaskKind.CUSTOMER_DECLINED, TaskKind.MAIL_FAILED, TaskKind.HANDED_OVER)
SETTLED = (TaskKind.ATTEST_BLOCKED, *ASKING_TROUBLE)

EFFECTS: dict[Event | Note, Effect] = {
    Note.CREATED: Effect(NewsType.CREATED),
    Note.BOUNCED: Effect(NewsType.MAIL_BOUNCED),
    Note.COMPLAINED: Effect(NewsType.MAIL_COMPLAINED),
    Note.DISPUTED: Effect(NewsType.DISPUTED, mails=(Owed.DISPUTED,), task=TaskKind.ANSWER_DISPUTE),
    Note.DISPUTE_CLOSED: Effect(NewsType.DISPUTE_CLOSED),
    Event.INVITE: Effect(
        NewsType.INVITED,
        mails=(Owed.INVITATION,),
        timers=(Owed.INVITATION_REMINDING, Owed.INVITATION_EXPIRY),
        closes=ASKING_TROUBLE,
    ),
    Event.ACCEPT: Effect(NewsType.ACCEPTED, mails=(Owed.ACCEPTED, Owed.ACCEPTED_PARTNER), closes=SETTLED),
    Event.BLOCK: Effect(NewsType.BLOCKED, mails=(Owed.BLOCKED,), task=TaskKind.ATTEST_BLOCKED, closes=ASKING_TROUBLE),
    Event.ATTEST: Effect(NewsType.ATTESTED, mails=(Owed.ATTESTED,), closes=SETTLED),
    Event.LAPSE: Effect(NewsType.LAPSED),
    Event.DECLINE: Effect(NewsType.DECLINED, mails=(Owed.DECLINED,), task=TaskKind.CUSTOMER_DECLINED),
    Event.WITHDRAW: Effect(NewsType.WITHDRAWN, task=TaskKind.CANCEL_SUBSCRIPTIONS),
}

# Somebody sits and waits for these, and these are moments to act at; every other mail can wait its turn.
INTERACTIVE = (Owed.SIGN_IN_CODE, Owed.CREDENTIALS)
TIMERS = (Owed.INVITATION_EXPIRY, Owed.INVITATION_REMINDING, Owed.REVEAL_EXPIRY)
LANES: dict[Owed, Lane] = (
    dict.fromkeys(Owed, Lane.BULK) | dict.fromkeys(INTERACTIVE, Lane.INTERACTIVE) | dict.fromkeys(TIMERS, Lane.TIMER)
)
