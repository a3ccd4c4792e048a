"""What each event owes the world, as one table: the news it makes, the mails, the timers and the tasks."""

from dataclasses import dataclass

from app.core.lifecycle import Event
from app.core.vocabulary import Lane, NewsType, Note, Owed, TaskKind


@dataclass(frozen=True)
class Effect:
    news: NewsType
    mails: tuple[Owed, ...] = ()
    timers: tuple[Owed, ...] = ()
    task: TaskKind | None = None


EFFECTS: dict[Event | Note, Effect] = {
    Note.CREATED: Effect(NewsType.CREATED),
    Note.BOUNCED: Effect(NewsType.MAIL_BOUNCED),
    Note.COMPLAINED: Effect(NewsType.MAIL_COMPLAINED),
    Note.DISPUTED: Effect(NewsType.DISPUTED, task=TaskKind.ANSWER_DISPUTE),
    Note.DISPUTE_CLOSED: Effect(NewsType.DISPUTE_CLOSED),
    Event.INVITE: Effect(NewsType.INVITED, mails=(Owed.INVITATION,), timers=(Owed.INVITATION_EXPIRY,)),
    Event.ACCEPT: Effect(NewsType.ACCEPTED),
    Event.BLOCK: Effect(NewsType.BLOCKED, mails=(Owed.BLOCKED,), task=TaskKind.ATTEST_BLOCKED),
    Event.ATTEST: Effect(NewsType.ATTESTED),
    Event.LAPSE: Effect(NewsType.LAPSED),
    Event.DECLINE: Effect(NewsType.DECLINED, task=TaskKind.CUSTOMER_DECLINED),
    Event.WITHDRAW: Effect(NewsType.WITHDRAWN, task=TaskKind.CANCEL_SUBSCRIPTIONS),
}

LANES: dict[Owed, Lane] = {
    Owed.INVITATION: Lane.BULK,
    Owed.BLOCKED: Lane.BULK,
    Owed.ENDPOINT_DISABLED: Lane.BULK,
    Owed.SIGN_IN_CODE: Lane.INTERACTIVE,
    Owed.INVITATION_EXPIRY: Lane.TIMER,
}
