"""Orders that were named beforehand: however often one is placed, also at the same moment, it is there once."""

from uuid import uuid4

from sqlalchemy import select

from app.commands import orders
from app.commands.orders import Line
from app.core.policy import Cell
from app.core.vocabulary import Channel as Way
from app.core.vocabulary import Operation
from app.db import db
from app.models import Purchase
from app.queries import subjects
from tests.channel import Channel, act, done, refused

CELL = Cell(Operation.NEW_PURCHASE, Way.DASHBOARD)
LINES = [Line("DZH318Z0BPS6:0001", 7), Line("DZH318Z0BPS6:0002", 1)]


def test_the_second_of_two_who_place_the_same_order_at_once_is_told(channel: Channel) -> None:
    case, pia, named = channel.customer(), act(channel.pia), uuid4()
    done(case.attest, pia)
    known = subjects.of(pia, case.machine.customer_id, pia.at)
    one = (pia, known.subject, known.relationship, LINES, CELL, channel.rules, named)
    assert orders.placed(known.relationship, named) is None
    assert done(orders.place, *one) == named == orders.placed(known.relationship, named)
    assert refused(orders.place, *one) == "changed-meanwhile"
    held = select(Purchase.quantity).where(Purchase.order_id == named)
    assert sorted(number or 0 for number in db.session.scalars(held)) == [1, 7]
    assert orders.placed(channel.customer().relationship, named) is None
