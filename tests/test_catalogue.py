"""Versions of agreements: when an older acceptance counts no more, for what, and the documents kept with them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.auth import acts
from app.commands import catalogue, orders
from app.commands.catalogue import Publication
from app.commands.files import File
from app.commands.invitations import Ask, invite
from app.core.act import Act
from app.core.gate import Decision, Verdict, Warn
from app.core.lifecycle import State
from app.core.policy import Cell, Rulebook, start_of
from app.core.vocabulary import AgreementType, InvitationKind, Operation, PartnerType, Role
from app.db import db
from app.installation import installation
from app.models import AgreementVersion, Blob, Partner, Staff
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

    before = db.session.scalar(select(func.count()).select_from(AgreementVersion))
    for operation in HELD_UP:
        assert not isinstance(order(39, operation), Decision)
        assert isinstance(order(40, operation), Decision)
    assert not isinstance(order(40, Operation.AUTO_RENEWAL), Decision)
    assert db.session.scalar(select(func.count()).select_from(AgreementVersion)) == before


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
    ("material", "effective", "grace", "named"),
    [
        (True, -1, None, "effective"),
        (True, 10, 9, "grace"),
        (False, 10, 40, "grace"),
        (True, -4000, None, "effective"),
    ],
)
def test_dates_that_make_no_sense_are_refused(
    desk: Desk, material: bool, effective: int, grace: int | None, named: str
) -> None:
    published = desk.day(min(effective, 0)) if effective == -4000 else desk.day(0)
    days = [None if number is None else desk.day(number) for number in (effective, grace)]
    what = Publication(MCA, material, published, *days)
    assert refused(catalogue.publish, operator(desk.today), what, book().catalogue) == "invalid-value"
    assert named in str(days) or named


@pytest.mark.parametrize("role", Role)
def test_only_the_operator_publishes(desk: Desk, channel: Channel, role: Role) -> None:
    what, file = Publication(MCA, True, desk.day(0)), File("mca.pdf", "application/pdf", b"x")
    for partner in (channel.provider, channel.reseller):
        by = act(hire(partner, role))
        assert refused(catalogue.publish, by, what, book().catalogue) == "role-not-allowed"
        words = (by, MCA, 0, "SE", "sv-SE", file, book().catalogue)
        assert refused(catalogue.add_document, *words) == "role-not-allowed"


# Documents


def keep(rank: int, country: str, language: str, content: bytes = b"agreed") -> Any:
    words = (MCA, rank, country, language, File("mca.docx", "text/plain", content), book().catalogue)
    return catalogue.add_document(acts.console(), *words)


def test_a_reader_gets_the_countrys_edition_then_the_common_one_then_english(desk: Desk) -> None:
    rank = desk.publish().rank
    for place in (("SE", "sv-SE"), ("*", "sv-SE"), ("*", "en-US"), ("NO", "en-US")):
        done(keep, rank, *place, content="/".join(place).encode())

    def found(country: str, language: str) -> tuple[str, str] | None:
        row = versions.document(MCA, rank, country, (language, "en-US"))
        return (row.country, row.language) if row else None

    assert found("SE", "sv-SE") == ("SE", "sv-SE")
    assert found("FI", "sv-SE") == ("*", "sv-SE")
    assert found("NO", "nb-NO") == ("NO", "en-US")
    assert found("DE", "de-DE") == ("*", "en-US")
    assert versions.document(MCA, desk.publish().rank, "SE", ("sv-SE", "en-US")) is None


def test_the_same_bytes_are_kept_once(desk: Desk) -> None:
    rank = desk.publish().rank
    content = f"the very same, edition {rank}".encode()
    first, second = done(keep, rank, "SE", "sv-SE", content), done(keep, rank, "FI", "sv-SE", content)
    assert first.sha256 == second.sha256
    held = select(Blob.size, Blob.content).where(Blob.sha256 == first.sha256)
    assert [tuple(row) for row in db.session.execute(held)] == [(len(content), content)]


def test_a_document_is_never_exchanged(desk: Desk) -> None:
    rank = desk.publish().rank
    kept = done(keep, rank, "SE", "sv-SE")
    for content in (b"agreed", b"agreed otherwise"):
        assert refused(keep, rank, "SE", "sv-SE", content) == "already-exists"
    found = versions.document(MCA, rank, "SE", ("sv-SE",))
    assert found
    assert (found.id, found.sha256) == (kept.id, kept.sha256)


@pytest.mark.parametrize(
    ("more", "country", "language", "reason"),
    [(1, "SE", "sv-SE", "not-found"), (0, "XX", "sv-SE", "invalid-value"), (0, "SE", "s v", "invalid-value")],
)
def test_a_document_has_a_version_a_country_and_a_language(
    desk: Desk, more: int, country: str, language: str, reason: str
) -> None:
    assert refused(keep, desk.publish().rank + more, country, language) == reason


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
