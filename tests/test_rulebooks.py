"""A partner's own policy rows: set as a whole, seen at once by everybody, nobody else's business."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy
from sqlalchemy import select

from app.auth import acts
from app.commands import catalogue, policies
from app.commands.catalogue import Publication
from app.commands.invitations import Ask, invite
from app.core.gate import Decision
from app.core.lifecycle import State
from app.core.policy import Cell, Rulebook, start_of
from app.core.refusals import Reason, Refused
from app.core.steps import Step
from app.core.vocabulary import AgreementType, InvitationKind, Operation, PartnerType, Role
from app.db import db, transaction
from app.installation import installation
from app.models import Partner, PolicyRevision
from app.queries import decisions, rulebooks, subjects
from tests.channel import AGREED, Case, Channel, act, company, customer, done, hire, refused

MCA = AgreementType.MCA
SINCE = date(2026, 2, 20)
CUT_OFF = datetime.combine(date(2026, 2, 15), AGREED.timetz())
ROWS = f"""
[[rule]]
id = "again-2026-02-15"
topic = "enforcement"
from = {SINCE}
any-of = ["{MCA}"]
accepted-since = {CUT_OFF.date()}
text = "Acceptances from before that day are asked for again."
"""
IN_NORWAY = ROWS + 'region = ["NO"]\n'
NEITHER = """
[[rule]]
id = "mca-only-2020-02-01"
topic = "requirement"
from = 2020-02-01
any-of = []
text = "Nothing is needed here."
"""


@pytest.fixture
def fabrikam(app: object) -> Partner:
    return company("Fabrikam", PartnerType.DIRECT_BILL)


def book(partner: Partner | None) -> Rulebook:
    db.session.rollback()
    return rulebooks.of(installation().rules, partner.id if partner else None)


def set_rows(partner: Partner, content: str) -> PolicyRevision:
    return policies.set_rows(acts.console(), partner, content, installation().rules.policy)


def ids(partner: Partner | None) -> list[str]:
    return [rule.id for rule in book(partner).policy.rules]


def asked(case: Case, partner: Partner, at: datetime) -> tuple[Decision, Step | None]:
    db.session.rollback()
    known = subjects.around(case.relationship, at)
    return decisions.answer(known, Cell(Operation.NEW_PURCHASE), at, book(partner))


def confirmed(partner: Partner) -> Case:
    case = ruled(customer(partner), partner)
    done(case.attest, act(hire(partner)))
    return case


def ruled(case: Case, partner: Partner) -> Case:
    """The same under the rules that hold now."""
    return Case(case.machine, case.relationship, book(partner))


def test_a_partners_rows_are_its_own(fabrikam: Partner) -> None:
    other = company("Northwind", PartnerType.DIRECT_BILL)
    before = ids(other)
    done(set_rows, fabrikam, ROWS)
    assert ids(fabrikam) == [*before, "again-2026-02-15"]
    assert ids(other) == ids(None) == before


def test_a_row_with_the_id_of_one_of_the_installations_takes_its_place(fabrikam: Partner) -> None:
    other, at = company("Northwind", PartnerType.DIRECT_BILL), acts.now()
    done(set_rows, fabrikam, NEITHER)
    assert asked(customer(fabrikam), fabrikam, at)[0].verdict == "allow"
    assert asked(customer(other), other, at)[0].verdict == "deny"


def test_rows_are_set_as_a_whole_and_the_former_ones_are_kept(fabrikam: Partner) -> None:
    by = act(hire(fabrikam, Role.GLOBAL_ADMIN))
    for content in (ROWS, NEITHER, ""):
        done(policies.set_rows, by, fabrikam, content, installation().rules.policy)
    kept = select(PolicyRevision).where(PolicyRevision.partner_id == fabrikam.id).order_by(PolicyRevision.id)
    found = [(row.content, row.set_by) for row in db.session.scalars(kept)]
    assert found == [(content, f"{by.name} <{by.email}>") for content in (ROWS, NEITHER, "")]
    assert ids(fabrikam) == ids(None)
    done(set_rows, fabrikam, IN_NORWAY)
    assert ids(fabrikam)[-1] == "again-2026-02-15"


@pytest.mark.parametrize("role", Role)
def test_only_a_global_admin_of_the_partner_sets_its_rows(fabrikam: Partner, channel: Channel, role: Role) -> None:
    below = installation().rules.policy
    own, foreign = act(hire(fabrikam, role)), act(hire(channel.provider, role))
    reseller = act(hire(channel.reseller, role))
    boss = role is Role.GLOBAL_ADMIN
    assert refused(policies.set_rows, foreign, fabrikam, ROWS, below) == ("not-found" if boss else "role-not-allowed")
    assert refused(policies.set_rows, reseller, channel.reseller, ROWS, below) == "wrong-partner-type"
    if boss:
        done(policies.set_rows, own, fabrikam, ROWS, below)
    else:
        assert refused(policies.set_rows, own, fabrikam, ROWS, below) == "role-not-allowed"


FAULTY = {
    "[[rule]]": ["needs 'id'", "needs 'topic'", "needs 'from'"],
    ROWS.replace("accepted-since", "accepted-sinse") + ROWS.replace("enforcement", "enforced"): [
        "did you mean",
        "topic",
    ],
    NEITHER.replace("only", "never"): ["mca-never-2020-02-01", "overlap"],
    NEITHER.replace("text", "until = 2021-01-01\ntext"): ["no row says"],
    "rule = 1": ["[[rule]]"],
    "not toml": ["rows:"],
}


@pytest.mark.parametrize("content", FAULTY)
def test_rows_that_make_no_sense_are_refused_with_every_fault(fabrikam: Partner, content: str) -> None:
    with pytest.raises(Refused) as caught, transaction():
        set_rows(fabrikam, content)
    assert caught.value.reason is Reason.INVALID_VALUE
    said = str(caught.value.data["field"])
    assert [words for words in FAULTY[content] if words not in said] == []
    assert ids(fabrikam) == ids(None)


@pytest.mark.parametrize("content", ["# \0", "#" * 100_001])
def test_rows_that_cannot_be_kept_are_refused(fabrikam: Partner, content: str) -> None:
    assert refused(set_rows, fabrikam, content) == "invalid-text"


# What is kept in memory


@pytest.fixture
def elsewhere(app: object) -> Iterator[sqlalchemy.Connection]:
    """Another process, as the database sees it."""
    engine = sqlalchemy.create_engine(db.engine.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def write(elsewhere: sqlalchemy.Connection, partner: Partner, content: str) -> None:
    row = {"partner_id": partner.id, "content": content, "set_by": "somebody", "created_at": acts.now()}
    elsewhere.execute(sqlalchemy.insert(PolicyRevision).values(**row))
    elsewhere.commit()


def test_rows_set_elsewhere_hold_here_at_once(fabrikam: Partner, elsewhere: sqlalchemy.Connection) -> None:
    first = book(fabrikam)
    assert book(fabrikam) is first
    write(elsewhere, fabrikam, ROWS)
    second = book(fabrikam)
    assert second.policy.rules[-1].id == "again-2026-02-15"
    assert book(fabrikam) is second
    write(elsewhere, fabrikam, "")
    assert book(fabrikam).policy == first.policy


def test_a_version_published_meanwhile_is_known_at_once_to_every_partner(fabrikam: Partner) -> None:
    known = {partner: book(partner).catalogue.versions(MCA) for partner in (None, fabrikam)}
    day = max(version.effective for version in known[None]) + timedelta(days=1)
    what = Publication(MCA, False, day)
    done(catalogue.publish, acts.console(), what, book(None).catalogue)
    for partner, before in known.items():
        assert [version.rank for version in book(partner).catalogue.versions(MCA)][len(before) :] == [len(before)]


def half_done(partner: Partner) -> None:
    """Rows that are set and asked about, and then the transaction breaks."""
    set_rows(partner, ROWS)
    assert rulebooks.of(installation().rules, partner.id).policy.rules[-1].id == "again-2026-02-15"
    raise InterruptedError


def test_what_was_not_committed_is_forgotten(fabrikam: Partner, elsewhere: sqlalchemy.Connection) -> None:
    with pytest.raises(InterruptedError):
        done(half_done, fabrikam)
    write(elsewhere, fabrikam, NEITHER)
    assert "again-2026-02-15" not in ids(fabrikam)
    assert asked(customer(fabrikam), fabrikam, acts.now())[0].verdict == "allow"


# An acceptance that lies too far back


def test_an_acceptance_from_before_a_cut_off_counts_until_the_rule_holds(fabrikam: Partner) -> None:
    done(set_rows, fabrikam, ROWS)
    case = confirmed(fabrikam)
    assert asked(case, fabrikam, start_of(SINCE) - timedelta(seconds=1))[0].verdict == "allow"
    decision, step = asked(case, fabrikam, start_of(SINCE))
    assert (decision.verdict, [rule.id for rule in decision.rules]) == ("deny", ["again-2026-02-15"])
    assert step
    assert (step.action, step.owner) == ("invite", "partner")


def test_the_same_person_confirms_again_after_a_cut_off(fabrikam: Partner) -> None:
    case, by = confirmed(fabrikam), act(hire(fabrikam))
    assert refused(case.attest, by, agreed_at=CUT_OFF) == "already-confirmed"
    done(set_rows, fabrikam, ROWS)
    case = ruled(case, fabrikam)
    done(case.attest, by, agreed_at=CUT_OFF)
    assert (case.machine.number, case.machine.agreed_at) == (3, CUT_OFF)
    assert asked(case, fabrikam, by.at)[0].verdict == "allow"
    assert refused(case.attest, by, agreed_at=CUT_OFF) == "already-confirmed"


def test_a_cut_off_makes_reconfirmation_due(fabrikam: Partner) -> None:
    case, by = confirmed(fabrikam), act(hire(fabrikam))
    wish = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    assert refused(invite, by, case.machine, case.relationship, wish, book(fabrikam)) == "nothing-to-reconfirm"
    done(set_rows, fabrikam, ROWS)
    done(invite, by, case.machine, case.relationship, wish, book(fabrikam))
    assert (case.machine.state, case.machine.origin) == (State.INVITED, State.ATTESTED)


def test_a_cut_off_for_other_countries_is_none(fabrikam: Partner) -> None:
    case, by = confirmed(fabrikam), act(hire(fabrikam))
    done(set_rows, fabrikam, IN_NORWAY)
    case = ruled(case, fabrikam)
    assert asked(case, fabrikam, by.at)[0].verdict == "allow"
    assert refused(case.attest, by, agreed_at=CUT_OFF) == "already-confirmed"
