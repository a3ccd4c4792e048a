"""What each event owes: every event has its line, and every debt a lane to travel in."""

import pytest

from app.core.carrying import Lane
from app.core.effects import EFFECTS, LANES
from app.core.lifecycle import Event
from app.core.vocabulary import NewsType, Note, Owed, TaskKind

# event: news, what it owes by mail, which timers it winds, what somebody must do
TABLE = [
    ("created", "agreement.created", [], [], None),
    ("bounced", "invitation.bounced", [], [], None),
    ("complained", "invitation.complained", [], [], None),
    ("disputed", "agreement.disputed", ["disputed"], [], "answer-dispute"),
    ("dispute-closed", "agreement.dispute-closed", [], [], None),
    ("invite", "agreement.invited", ["invitation"], ["invitation-reminding", "invitation-expiry"], None),
    ("accept", "agreement.direct-accepted", ["accepted", "accepted-partner"], [], None),
    ("block", "agreement.blocked", ["blocked"], [], "attest-blocked"),
    ("attest", "agreement.partner-attested", ["attested"], [], None),
    ("lapse", "agreement.lapsed", [], [], None),
    ("decline", "agreement.declined", ["declined"], [], "customer-declined"),
    ("withdraw", "agreement.withdrawn", [], [], "cancel-subscriptions"),
]


def test_every_event_owes_what_is_written_and_nothing_else() -> None:
    said = [(str(e), f.news, list(f.mails), list(f.timers), f.task) for e, f in EFFECTS.items()]
    assert sorted(said, key=lambda row: row[0]) == sorted(TABLE, key=lambda row: row[0])


@pytest.mark.parametrize("event", Event)
def test_every_event_makes_news(event: Event) -> None:
    assert EFFECTS[event].news


def test_no_two_events_make_the_same_news() -> None:
    news = [effect.news for effect in EFFECTS.values()] + [NewsType.MAIL_SENT]
    assert len(news) == len(set(news))


def test_every_debt_has_a_lane() -> None:
    urgent = {"sign-in-code", "credentials"}
    timers = {"invitation-expiry", "invitation-reminding", "reveal-expiry"}
    assert {owed.value for owed, lane in LANES.items() if lane is Lane.INTERACTIVE} == urgent
    assert {owed.value for owed, lane in LANES.items() if lane is Lane.TIMER} == timers
    assert set(LANES) == set(Owed)


def test_timers_travel_in_the_timers_lane_and_mails_never_do() -> None:
    for effect in EFFECTS.values():
        assert {LANES[timer] for timer in effect.timers} <= {Lane.TIMER}
        assert Lane.TIMER not in {LANES[mail] for mail in effect.mails}


def test_every_word_is_used() -> None:
    """A debt or a task that nothing makes would be a promise nobody keeps."""
    made = {owed for effect in EFFECTS.values() for owed in (*effect.mails, *effect.timers)}
    asked = {Owed.SIGN_IN_CODE, Owed.CREDENTIALS, Owed.REVEAL_EXPIRY}
    later = {Owed.REMINDER, Owed.EXPIRY_WARNING, Owed.HANDED_OVER, Owed.DRAFT_RETURNED, Owed.ENDPOINT_DISABLED}
    assert made | asked | later == set(Owed)
    tasks = {effect.task for effect in EFFECTS.values()} - {None}
    # What becomes of a mail, of a draft and of webhooks moves no agreement: who looks after these asks for the tasks.
    drafts = {TaskKind.REVIEW_DRAFT, TaskKind.REVISE_DRAFT}
    hooks = {TaskKind.ENDPOINT_DISABLED, TaskKind.HOOK_REFUSED, TaskKind.ORDER_REFUSED, TaskKind.TEMPLATE_PUBLISHED}
    mail = {TaskKind.MAIL_FAILED, TaskKind.MAIL_PAUSED, TaskKind.HANDED_OVER}
    assert tasks | mail | drafts | hooks == set(TaskKind)
    assert {key for key in EFFECTS if isinstance(key, Note)} <= set(Note)
