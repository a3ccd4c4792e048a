"""The feed of a confirming partner: every event once, with the status it left, and nothing of anybody else's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

import pytest
from sqlalchemy import delete, event, func, select, update

from app import sequencer
from app.auth import acts
from app.commands import acceptances, attestations, customers, deliveries, disputes, drafts, invitations, reminding
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.refusals import Refused
from app.core.reminding import Policy
from app.core.snapshot import Snapshot
from app.core.vocabulary import ActorKind, InvitationKind, Method, NewsType, PartnerType
from app.db import db, transaction
from app.models import Invitation, Machine, News, Partner, Record, SealedValue, Suppression
from app.queries import changes
from app.queries.status import status
from tests.cast import MARIA
from tests.channel import Case, Channel, act, ask, company, customer, done, hire
from tests.model import world
from tests.model.agreeing_begun import accept

P = ParamSpec("P")
T = TypeVar("T")
EVA = replace(MARIA, first_name="Eva", email="eva@contoso.example")


def stamp_all() -> None:
    while sequencer.stamp():
        pass


def feed(case: Case, by: Act, after: str | None = None, size: int = 500) -> Any:
    db.session.rollback()
    return changes.page(by, after, size, case.rules)


def events(channel: Channel, case: Case) -> list[dict[str, Any]]:
    """What the feed tells of one customer."""
    stamp_all()
    found = feed(case, act(channel.pia))["items"]
    return [one for one in found if one["customerId"] == str(case.machine.customer_id)]


def shown(case: Case) -> dict[str, Any]:
    db.session.rollback()
    return status(db.session.get_one(Machine, case.machine.id), case.rules, acts.now())


def ask_customer(by: Act, case: Case) -> Invitation:
    return invitations.invite(
        by, case.machine, case.relationship, Ask(InvitationKind.AGREEMENT, MARIA, "en"), case.rules
    )


@dataclass
class Life:
    """A customer's life, and the status after each line of news."""

    channel: Channel
    case: Case
    left: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.note()

    def note(self) -> None:
        told = select(func.count()).where(News.machine_id == self.case.machine.id)
        found = shown(self.case)
        self.left += [found] * ((db.session.scalar(told) or 0) - len(self.left))

    def step(self, work: Callable[P, T], *words: P.args, **names: P.kwargs) -> T:
        found = done(work, *words, **names)
        self.note()
        return found

    def invite(self) -> Invitation:
        return self.step(ask_customer, act(self.channel.pia), self.case)


def lift(case: Case) -> None:
    """Somebody knows that the mailbox works after all."""
    db.session.execute(delete(Suppression).where(Suppression.partner_id == case.machine.partner_id))


def warn(asked: Invitation) -> None:
    """The clock comes by two days before the end."""
    db.session.refresh(asked)
    timer = {"machine": str(asked.machine_id), "invitation": str(asked.id), "generation": asked.generation}
    reminding.remind(acts.clock(asked.expires_at - timedelta(days=2)), timer, Policy(quiet=None))


def mailed_and_blocked(life: Life) -> None:
    """All that can be heard of invitations, up to a block."""
    case, pia = life.case, act(life.channel.pia)
    asked = life.invite()
    life.step(deliveries.mark_sent, acts.clock(acts.now()), {asked.id: asked.mail_id})
    life.step(warn, asked)
    life.step(deliveries.give_up, acts.clock(acts.now()), asked, case.machine, "550 5.1.1", address=True)
    life.step(lift, case)
    life.step(acceptances.decline, world.customer(acts.now()), case.machine, asked, "not us")
    life.step(invitations.revoke, pia, case.machine, life.invite())
    life.step(acceptances.report_refusal, pia, case.machine, 1)


def confirmed_and_doubted(life: Life) -> None:
    """From the partner's word to the customer's own."""
    case, pia = life.case, act(life.channel.pia)
    life.step(case.attest, pia)
    doubt = life.step(disputes.open_dispute, pia, case.machine, "nobody here agreed")
    life.step(disputes.close_dispute, pia, doubt, "signed on May 4", upheld=False)
    life.step(attestations.withdraw, pia, case.machine, "they left")
    asked = life.invite()
    carrier = Act(ActorKind.UPSTREAM, Method.WEBHOOK, acts.now())
    life.step(deliveries.mark_delivered, carrier, asked)
    life.step(deliveries.complain, carrier, asked, case.machine)
    life.step(accept, acts.now(), case.machine, case.relationship, asked, case.rules)


def drafted(life: Life) -> None:
    case, rita, pia = life.case, act(life.channel.rita), act(life.channel.pia)
    draft = life.step(case.submit, rita, ask(EVA))
    life.step(drafts.give_back, pia, draft, "the signature is missing")
    life.step(case.resubmit, rita, draft, ask(EVA))
    life.step(case.approve, pia, draft)


def test_each_event_shows_the_status_it_left(channel: Channel) -> None:
    life = Life(channel, channel.customer())
    for part in (mailed_and_blocked, confirmed_and_doubted, drafted):
        part(life)
    found = events(channel, life.case)
    # The others are about no agreement.
    assert {one["type"] for one in found} == set(NewsType) - {NewsType.ENDPOINT_DISABLED, NewsType.TEST}
    assert [one["data"] for one in found] == life.left


def test_an_event_names_its_number_its_time_and_the_record_that_proves_it(channel: Channel) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    created, attested = events(channel, case)
    record = db.session.scalars(select(Record).filter_by(machine_id=case.machine.id, number=2)).one()
    assert attested["record"] == {"number": 2, "hash": record.hash}
    assert (created["type"], attested["type"]) == ("agreement.created", "agreement.partner-attested")
    assert attested["seq"] == created["seq"] + 1
    assert attested["partnerId"] == str(channel.provider.id)
    assert attested["at"] == attested["data"]["since"]
    assert len({created["id"], attested["id"]}) == 2
    assert attested["id"].startswith("evt_")


def test_events_that_no_record_proves_name_none(channel: Channel) -> None:
    case = channel.customer()
    done(case.submit, act(channel.rita))
    assert "record" not in events(channel, case)[-1]


def test_of_a_person_that_was_erased_the_feed_tells_no_more(channel: Channel) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    assert events(channel, case)[-1]["data"]["primaryContact"] == MARIA.personal()
    done(db.session.execute, delete(SealedValue).where(SealedValue.partner_id == channel.provider.id))
    assert events(channel, case)[-1]["data"]["primaryContact"] is None
    with db.engine.connect() as connection:
        kept = str(connection.execute(select(News.facts).where(News.machine_id == case.machine.id)).all())
    assert not any(word in kept for word in MARIA.personal().values())


def test_several_news_of_one_transaction_each_have_their_own_place(channel: Channel) -> None:
    case, pia = channel.customer(), act(channel.pia)
    done(case.attest, pia)
    doubt = done(disputes.open_dispute, pia, case.machine, "nobody here agreed")
    done(disputes.close_dispute, pia, doubt, "they are right", upheld=True)
    told = [(one["type"], one["data"]["state"], one["data"]["sequence"]) for one in events(channel, case)[-2:]]
    assert told == [("agreement.withdrawn", "unconfirmed", 4), ("agreement.dispute-closed", "unconfirmed", 5)]
    rows = db.session.execute(select(News.before, News.after).order_by(News.id.desc()).limit(2)).all()
    assert [tuple(row) for row in rows] == [("unconfirmed", "unconfirmed"), ("partner-attested", "unconfirmed")]


def test_what_a_savepoint_took_back_is_not_told(channel: Channel) -> None:
    case = channel.customer()
    with transaction() as session:
        inside = session.begin_nested()
        case.attest(act(channel.pia))
        session.flush()
        inside.rollback()
        ask_customer(act(channel.pia), case)
    assert [one["type"] for one in events(channel, case)] == ["agreement.created", "agreement.invited"]


def test_news_of_an_older_assent_show_the_agreement_as_it_is_now(channel: Channel) -> None:
    case = channel.customer()
    done(ask_customer, act(channel.pia), case)
    done(case.attest, act(channel.pia))
    old = update(News).where(News.machine_id == case.machine.id).values(facts=None, before=None, after=None)
    done(db.session.execute, old)
    assert [one["data"] for one in events(channel, case)] == [shown(case)] * 3


def test_an_agreement_that_was_not_on_offer_yet_is_shown_by_the_terms_of_today(channel: Channel) -> None:
    early = replace(acts.console(), at=datetime(2018, 9, 1, tzinfo=UTC))
    with transaction():
        partner = db.session.get_one(Partner, channel.provider.id)
        profile = customers.Profile("Contoso", "SE", "en", MARIA)
        added = customers.add_customer(early, partner, profile)
    [created] = events(channel, Case(added.machine, added.relationship, channel.rules))
    assert created["at"] == "2018-09-01T00:00:00.000Z"
    assert created["data"]["version"]["current"] is True


# Cursors


def test_pages_make_up_the_whole(channel: Channel) -> None:
    case = channel.customer()
    for _ in range(4):
        done(ask_customer, act(channel.pia), case)
    stamp_all()
    by, cursor, found = act(channel.pia), None, []
    while True:
        page = feed(case, by, cursor, 2)
        found += page["items"]
        assert len(page["items"]) == 2 or not page["more"]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert [one["seq"] for one in found] == [1, 2, 3, 4, 5]
    assert found == feed(case, by)["items"]
    assert feed(case, by, cursor) == {"items": [], "cursor": cursor, "more": False}


def test_what_has_no_number_yet_is_not_told(channel: Channel) -> None:
    stamp_all()
    case, by = channel.customer(), act(channel.pia)
    assert feed(case, by) == feed(case, by, "0") == {"items": [], "cursor": "0", "more": False}
    stamp_all()
    assert len(feed(case, by)["items"]) == 1


@pytest.mark.parametrize("cursor", ["x", "-1", "1.0", " 1", "٣", "1" * 21, "evt_1"])
def test_what_is_no_cursor_is_refused(channel: Channel, cursor: str) -> None:
    with pytest.raises(Refused) as caught:
        feed(channel.customer(), act(channel.pia), cursor)
    assert (caught.value.reason, caught.value.data) == ("invalid-value", {"field": "after"})


@pytest.mark.parametrize("cursor", ["2", "9" * 20])
def test_a_cursor_beyond_the_last_number_is_answered_with_one_that_can_be_followed(
    channel: Channel, cursor: str
) -> None:
    case, by = channel.customer(), act(channel.pia)
    stamp_all()
    with pytest.raises(Refused) as caught:
        feed(case, by, cursor)
    assert (caught.value.reason, caught.value.data) == ("unknown-cursor", {"data": ["0"]})
    assert len(feed(case, by, "0")["items"]) == 1


# Whose it is


def test_another_partners_news_are_not_in_it(channel: Channel) -> None:
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    ana, mine, theirs = hire(fabrikam), customer(fabrikam), channel.customer()
    stamp_all()
    assert {one["customerId"] for one in feed(mine, act(ana))["items"]} == {str(mine.machine.customer_id)}
    assert {one["partnerId"] for one in feed(theirs, act(channel.pia))["items"]} == {str(channel.provider.id)}


def test_a_reseller_has_no_feed(channel: Channel) -> None:
    with pytest.raises(Refused) as caught:
        feed(channel.customer(), act(channel.rita))
    assert caught.value.reason == "wrong-partner-type"


# What it costs


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_long_page_takes_no_more_queries_than_a_short_one(channel: Channel) -> None:
    cases = [channel.customer() for _ in range(6)]
    for case in cases:
        done(case.attest, act(channel.pia))
    done(db.session.execute, update(News).where(News.machine_id == cases[0].machine.id).values(facts=None))
    stamp_all()
    by, taken = act(channel.pia), []
    for size in (1, 2, 12):
        with statements() as asked:
            feed(case, by, "0" if size == 1 else None, size)
        taken.append(len(asked))
    assert taken[1] == taken[2] <= 8


def test_facts_are_read_back_as_they_were_written(channel: Channel) -> None:
    case = channel.customer()
    asked = done(ask_customer, act(channel.pia), case)
    done(case.attest, act(channel.pia))
    with db.engine.connect() as connection:
        facts = connection.execute(
            select(News.facts).where(News.machine_id == case.machine.id).order_by(News.id.desc()).limit(1)
        ).scalar_one()
    whose = {name: getattr(case.machine, name) for name in ("id", "partner_id", "customer_id")}
    db.session.rollback()
    now = Snapshot.of(db.session.get_one(Machine, case.machine.id), db.session.get_one(Invitation, asked.id))
    assert Snapshot.read(facts, whose).facts() == now.facts() == facts
