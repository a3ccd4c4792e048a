"""What each event owes the world, as one table: the news it makes, the mails, the timers and the tasks."""

from dataclasses import dataclass

from app.core.lifecycle import Event
from app.core.vocabulary import Lane, Note, Owed, TaskKind


@dataclass(frozen=True)
class Effect:
    news: str
    mails: tuple[Owed, ...] = ()
    timers: tuple[Owed, ...] = ()
    task: TaskKind | None = None


EFFECTS: dict[Event | Note, Effect] = {
    Note.CREATED: Effect("agreement.created"),
    Note.BOUNCED: Effect("invitation.bounced"),
    Event.INVITE: Effect("agreement.invited", mails=(Owed.INVITATION,), timers=(Owed.INVITATION_EXPIRY,)),
    Event.ACCEPT: Effect("agreement.direct-accepted"),
    Event.BLOCK: Effect("agreement.blocked", mails=(Owed.BLOCKED,), task=TaskKind.ATTEST_BLOCKED),
    Event.ATTEST: Effect("agreement.partner-attested"),
    Event.LAPSE: Effect("agreement.lapsed"),
    Event.DECLINE: Effect("agreement.declined", task=TaskKind.CUSTOMER_DECLINED),
    Event.WITHDRAW: Effect("agreement.withdrawn", task=TaskKind.CANCEL_SUBSCRIPTIONS),
}

MAIL_SENT = "invitation.sent"

LANES: dict[Owed, Lane] = {
    Owed.INVITATION: Lane.BULK,
    Owed.BLOCKED: Lane.BULK,
    Owed.SIGN_IN_CODE: Lane.INTERACTIVE,
    Owed.INVITATION_EXPIRY: Lane.TIMER,
}
