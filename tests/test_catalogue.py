"""Versions of agreements: who publishes them, and when an older acceptance counts no more, and for what."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.commands import catalogue, orders
from app.commands.catalogue import Publication
from app.commands.files import File
from app.commands.invitations import Ask, invite
from app.core.act import Act
from app.core.gate import Decision, Verdict, Warn
from app.core.lifecycle import State
from app.core.policy import Cell, Rulebook, start_of
from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType, InvitationKind, Operation, PartnerType, Role
from app.db import db, transaction
from app.installation import installation
from app.models import AgreementVersion, Partner, Staff
from app.queries import decisions, rulebooks, status, subjects, versions
from tests.channel import AGREED, Case, Channel, act, company, customer, done, hire, refused
from tests.model import world

MCA = AgreementType.MCA
DAY = timedelta(days=1)
HELD_UP = (Operation.NEW_PURCHASE, Operation.SEAT_CHANGE, Operation.RENEWAL)


def book() -> Rulebook:
    return rulebooks.of(installation().rules, None)


def operator(at: datetime) -> Act:
    return world.console(at)


@dataclass(frozen=True)
class Desk:
    """A partner with one confirmed customer, on a day on which all that was published before is in force."""

    ana: Staff
    case: Case
    today: datetime

    def day(self, number: int) -> date:
        return (self.today + number * DAY).date()

    def publish(self, material: bool = True, effective: int | None = 10, grace: int | None = None) -> AgreementVersion:
        """The next version, with days counted from today."""
        days = [None if number is None else self.day(number) for number in (effective, grace)]
        what = Publication(MCA, material, self.today.date(), *days)
        return done(catalogue.publish, operator(self.today), what, book().catalogue)

    def asked(self, number: int, operation: Operation = Operation.NEW_PURCHASE) -> Decision:
        db.session.rollback()
        at = self.today + number * DAY
        return decisions.answer(subjects.around(self.case.relationship, at), Cell(operation), at, book())[0]

    def shown(self, number: int) -> dict[str, Any]:
        db.session.rollback()
        return status.status(self.case.machine, book(), self.today + number * DAY)

    def at(self, number: int) -> Act:
        return act(self.ana, self.today + number * DAY)

    def now(self) -> Case:
        return Case(self.case.machine, self.case.relationship, book())


@pytest.fixture
def desk(app: object) -> Desk:
    last = book().catalogue.versions(MCA)[-1]
    today = start_of(max(last.grace, last.effective, date(2030, 1, 1)) + 30 * DAY)
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    found = Desk(hire(fabrikam), customer(fabrikam), today)
    done(found.now().attest, found.at(0))
    return found


@pytest.mark.parametrize("operation", HELD_UP)
def test_a_material_version_holds_orders_up_after_its_grace(desk: Desk, operation: Operation) -> None:
    desk.publish(grace=40)
    assert (desk.asked(9, operation).verdict, desk.asked(9, operation).warnings) == (Verdict.ALLOW, ())
    for day in (10, 39):
        found = desk.asked(day, operation)
        assert (found.verdict, found.warnings) == (Verdict.ALLOW, (Warn.RECONFIRM,))
        assert found.valid_until == desk.today + 40 * DAY
    found = desk.asked(40, operation)
    assert (found.verdict, found.reason, found.missing) == (Verdict.DENY, "agreement-required", MCA)


def test_an_auto_renewal_is_never_held_up(desk: Desk) -> None:
    desk.publish(grace=40)
    for day in (9, 10, 40, 4000):
        assert desk.asked(day, Operation.AUTO_RENEWAL).verdict is Verdict.ALLOW


def test_without_a_grace_older_acceptances_end_with_the_first_day(desk: Desk) -> None:
    desk.publish()
    assert desk.asked(9).verdict is Verdict.ALLOW
    assert desk.asked(10).verdict is Verdict.DENY


def test_a_minor_version_asks_nobody_again(desk: Desk) -> None:
    version = desk.publish(material=False)
    for day in (9, 10, 4000):
        assert (desk.asked(day).verdict, desk.asked(day).warnings) == (Verdict.ALLOW, ())
    assert desk.shown(10)["version"]["current"] is True
    assert book().terms(MCA, desk.today + 10 * DAY).version == version.rank
    ask = Ask(InvitationKind.AGREEMENT, desk.case.relationship.contact, "en")
    words = (desk.at(10), desk.case.machine, desk.case.relationship, ask, book())
    assert refused(invite, *words) == "nothing-to-reconfirm"


def test_the_status_says_until_when_to_reconfirm(desk: Desk) -> None:
    accepted = desk.shown(0)["version"]["versionRank"]
    desk.publish(grace=40)
    assert desk.shown(9)["version"]["reconfirmBy"] is None
    for day, confirmed in ((10, True), (39, True), (40, False)):
        found = desk.shown(day)
        assert (found["confirmed"], found["state"]) == (confirmed, "partner-attested")
        assert (found["version"]["versionRank"], found["version"]["current"]) == (accepted, False)
        assert found["version"]["reconfirmBy"] == f"{desk.day(40)}T00:00:00.000Z"


def test_an_order_is_asked_about_as_the_gate_is(desk: Desk) -> None:
    desk.publish(grace=40)

    def order(day: int, operation: Operation) -> object:
        by = desk.at(day)
        subject = subjects.around(desk.case.relationship, by.at).subject
        lines = [orders.Line("any-offer", 1)]
        return done(orders.place, by, subject, desk.case.relationship, lines, Cell(operation), book())

    for operation in HELD_UP:
        assert not isinstance(order(39, operation), Decision)
        assert isinstance(order(40, operation), Decision)
    assert not isinstance(order(40, Operation.AUTO_RENEWAL), Decision)


def test_a_customer_is_asked_again_once_the_version_is_effective(desk: Desk) -> None:
    desk.publish(grace=40)
    ask = Ask(InvitationKind.AGREEMENT, desk.case.relationship.contact, "en")
    machine, tie = desk.case.machine, desk.case.relationship
    assert refused(invite, desk.at(9), machine, tie, ask, book()) == "nothing-to-reconfirm"
    done(invite, desk.at(10), machine, tie, ask, book())
    assert (machine.state, machine.origin) == (State.INVITED, State.ATTESTED)
    assert desk.asked(11).verdict is Verdict.ALLOW
    assert desk.asked(40).verdict is Verdict.DENY


def test_the_same_person_is_confirmed_again_for_a_newer_material_version(desk: Desk) -> None:
    version = desk.publish(grace=40)
    assert refused(desk.now().attest, desk.at(9)) == "already-confirmed"
    done(desk.now().attest, desk.at(10))
    assert desk.case.machine.accepted_version == version.rank
    assert desk.asked(40).verdict is Verdict.ALLOW
    assert refused(desk.now().attest, desk.at(11)) == "already-confirmed"


def test_versions_are_numbered_for_each_agreement(desk: Desk) -> None:
    one, two = desk.publish(), desk.publish(material=False, effective=11)
    assert two.rank == one.rank + 1
    what = Publication(AgreementType.CLOUD, False, date(2018, 9, 1))
    cloud = done(catalogue.publish, operator(desk.today), what, book().catalogue)
    assert (cloud.rank, cloud.effective, cloud.grace) == (1, date(2018, 9, 1), None)


@pytest.mark.parametrize(
    ("material", "published", "effective", "grace", "named"),
    [
        (True, 0, -1, None, "effective"),
        (True, 0, 10, 9, "grace"),
        (False, 0, 10, 40, "grace"),
        (True, -4000, -4000, None, "effective"),
    ],
)
def test_dates_that_make_no_sense_are_refused(
    desk: Desk, material: bool, published: int, effective: int, grace: int | None, named: str
) -> None:
    desk.publish()
    days = [None if number is None else desk.day(number) for number in (effective, grace)]
    what = Publication(MCA, material, desk.day(published), *days)
    with pytest.raises(Refused) as caught, transaction():
        catalogue.publish(operator(desk.today), what, book().catalogue)
    assert caught.value.reason is Reason.INVALID_VALUE
    assert str(caught.value.data["field"]).startswith(named)


@pytest.mark.parametrize("role", Role)
def test_only_the_operator_publishes(desk: Desk, channel: Channel, role: Role) -> None:
    what, file = Publication(MCA, True, desk.day(0)), File("mca.pdf", "application/pdf", b"x")
    for partner in (channel.provider, channel.reseller):
        by = act(hire(partner, role))
        assert refused(catalogue.publish, by, what, book().catalogue) == "role-not-allowed"
        words = (by, MCA, 0, "SE", "sv-SE", file, book().catalogue)
        assert refused(catalogue.add_document, *words) == "role-not-allowed"


def test_the_list_counts_who_is_on_which_version(desk: Desk) -> None:
    fabrikam = db.session.get_one(Partner, desk.ana.partner_id)
    former = book().terms(MCA, desk.today).version
    version = desk.publish(grace=40)
    for _ in range(2):
        fresh = customer(fabrikam)
        done(Case(fresh.machine, fresh.relationship, book()).attest, desk.at(10), fresh.relationship.contact, AGREED)
    customer(fabrikam)

    def listed(partner: Any) -> dict[int, int]:
        items = versions.listed(book().catalogue, partner, desk.today + 10 * DAY)
        assert [item["versionRank"] for item in items if item["current"] and item["type"] == MCA] == [version.rank]
        return {item["versionRank"]: item["customers"] for item in items if item["type"] == MCA}

    mine = listed(fabrikam.id)
    assert (mine[former], mine[version.rank], sum(mine.values())) == (1, 2, 3)
    assert listed(None)[version.rank] == 2
