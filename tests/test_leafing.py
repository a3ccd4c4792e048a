"""Lists of purchases and disputes, page by page: nothing twice, nothing left out, nobody else's."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.commands import customers, disputes
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType, PurchaseKind
from app.db import db, new_id, transaction
from app.models import Dispute, Machine
from app.queries import doubts, keysets, purchases
from tests.channel import Case, Channel, act, company, done, hire

FIRST = date(2025, 1, 1)


def test_purchases_come_newest_first_page_by_page(channel: Channel) -> None:
    case, pia = channel.customer(), act(channel.pia)
    with transaction():
        for day in range(purchases.A_PAGE + 2):
            bought = FIRST + timedelta(days=day // 2)
            customers.record_purchase(pia, case.relationship, PurchaseKind.SOFTWARE, bought)
    first, end = purchases.page(case.relationship)
    rest, over = purchases.page(case.relationship, keysets.read(end, date.fromisoformat))
    assert (len(first), len(rest), over) == (purchases.A_PAGE, 2, None)
    found = [row.bought_on for row in (*first, *rest)]
    assert (found, len({row.id for row in (*first, *rest)})) == (sorted(found, reverse=True), purchases.A_PAGE + 2)
    assert purchases.page(channel.customer().relationship) == ([], None)


def test_an_order_of_somebody_elses_is_not_there(channel: Channel) -> None:
    with pytest.raises(Refused, match=Reason.NOT_FOUND):
        purchases.order(channel.customer().relationship, new_id())


def doubted(case: Case, channel: Channel) -> Dispute:
    done(case.attest, act(channel.pia))
    return done(disputes.open_dispute, act(channel.pia), case.machine, "nobody here agreed", channel.pia)


def test_disputes_come_soonest_first_and_to_whom_they_concern(channel: Channel) -> None:
    one, other = doubted(channel.customer(), channel), doubted(channel.customer(), channel)
    shown, end = doubts.page(act(channel.pia), over=False)
    assert ([row.dispute.id for row in shown], shown[0].owner, end) == ([one.id, other.id], "Pia Berg", None)
    after = doubts.page(act(channel.pia), False, keysets.read(keysets.spelled(one.due_at, one.id), keysets.moment))
    assert [row.dispute.id for row in after[0]] == [other.id]
    assert [row.dispute.id for row in doubts.page(act(channel.rita), over=False)[0]] == [one.id, other.id]
    stranger = hire(company("Northwind", PartnerType.DIRECT_BILL))
    assert doubts.page(act(stranger), over=False) == ([], None)
    done(disputes.close_dispute, act(channel.pia), one, "signed order", upheld=False)
    assert [row.dispute.id for row in doubts.page(act(channel.pia), over=True)[0]] == [one.id]
    machine = db.session.get_one(Machine, other.machine_id)
    assert doubts.about(act(channel.rita), machine) is not None
    assert doubts.about(act(stranger), machine) is None


def test_an_address_that_no_page_ever_said_begins_at_the_beginning() -> None:
    at, id = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), new_id()
    # Without a zone, and beyond what a calendar holds.
    times = ("2026-01-02T03:04:05", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
    for text in (None, "", "~", "2026~x", "x~y", *(f"{time}~{id}" for time in times)):
        assert keysets.read(text, keysets.moment) is None, text
    assert keysets.read(keysets.spelled(at, id), keysets.moment) == (at, id)
