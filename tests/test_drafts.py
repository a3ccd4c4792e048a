"""Drafts from submission to decision: both names on record, the same timeline for both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import drafts
from app.commands.files import File
from app.core.act import Act
from app.core.lifecycle import State
from app.core.vocabulary import DraftStatus, PartnerType, Role
from app.db import db
from app.models import Blob, Draft, DraftEvent, News
from app.queries import queue, scope, timeline
from tests.cast import MARIA
from tests.channel import SIGNED, Case, Channel, act, ask, company, customer, done, hire, refused, tasks
from tests.model import reading

PHOTO = File("photo.jpg", "image/jpeg", b"\xff\xd8 of the signature")
NINE = datetime(2026, 1, 30, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def named(by: Act) -> str:
    return f"{by.name} <{by.email}>"


def sealed(case: Case, number: int) -> dict[str, str]:
    """The personal values of a record, by name."""
    values = reading.personal(case.machine.id)
    record = reading.chain(case.machine.id)[number - 1]
    return {name: values[commitment]["value"] for name, commitment in record["sealed"].items()}


def news(case: Case) -> list[str]:
    query = select(News.type).where(News.machine_id == case.machine.id).order_by(News.id)
    return [str(kind) for kind in db.session.scalars(query)]


def test_an_approved_draft_is_the_providers_attestation_with_both_names_on_record(channel: Channel) -> None:
    case, rita, pia = channel.customer(), act(channel.rita), act(channel.pia)
    draft = done(case.submit, rita, ask(MARIA, NINE, "signed on paper", SIGNED, PHOTO))
    done(case.approve, pia, draft)
    assert case.machine.state is State.ATTESTED
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert (record["event"], record["actor"]["id"], record["actor"]["role"]) == ("attest", pia.id, "admin-agent")
    kept = record["facts"]
    hashes = [file.sha256 for file in draft.attachments]
    assert (kept["draft"], kept["attachments"]) == (str(draft.id), hashes)
    assert kept["statedDate"] == "2026-01-30T09:00:00.000Z"
    personal = sealed(case, record["number"])
    assert (personal["actorName"], personal["preparedBy"]) == ("Pia Berg", named(rita))
    assert personal["lastName"] == "Ek"
    assert (draft.status, draft.record_number, draft.decided_by) == (DraftStatus.APPROVED, 2, named(pia))
    assert news(case) == ["agreement.created", "draft.submitted", "agreement.partner-attested", "draft.approved"]


def test_what_supports_a_draft_is_kept_byte_for_byte_and_once(channel: Channel) -> None:
    first, second = channel.customer(), channel.customer()
    one = done(first.submit, act(channel.rita), ask(MARIA, NINE, None, SIGNED, PHOTO))
    other = done(second.submit, act(channel.rita), ask(MARIA, NINE, None, SIGNED))
    assert [file.name for file in one.attachments] == ["signed.pdf", "photo.jpg"]
    assert one.attachments[0].sha256 == other.attachments[0].sha256
    for file, given in zip(one.attachments, (SIGNED, PHOTO), strict=True):
        blob = db.session.get_one(Blob, file.sha256)
        assert (blob.content, blob.size, file.media_type) == (given.content, len(given.content), given.media_type)


def test_a_draft_waits_as_a_task_until_it_is_decided(channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    review = ("review-draft", channel.provider.id, None)
    assert tasks(case.machine) == [(*review, True)]
    done(case.approve, act(channel.pia), draft)
    assert tasks(case.machine) == [(*review, False)]


def test_a_returned_draft_is_the_preparers_task_until_it_comes_back(channel: Channel) -> None:
    case, rita, pia = channel.customer(), act(channel.rita), act(channel.pia)
    draft = done(case.submit, rita, ask(MARIA, NINE, None, SIGNED))
    done(drafts.give_back, pia, draft, "the signature is missing")
    assert (draft.status, draft.reason, draft.decided_by) == ("returned", "the signature is missing", named(pia))
    revise = ("revise-draft", channel.reseller.id, channel.rita.id)
    assert tasks(case.machine)[1] == (*revise, True)
    assert case.machine.state is State.UNCONFIRMED
    done(case.resubmit, rita, draft, ask(replace(MARIA, first_name="Eva"), NINE, "now signed", PHOTO))
    assert (draft.status, draft.reason, draft.decided_by) == ("submitted", None, None)
    assert [file.name for file in draft.attachments] == ["signed.pdf", "photo.jpg"]
    assert tasks(case.machine)[1:] == [(*revise, False), ("review-draft", channel.provider.id, None, True)]
    done(case.approve, pia, draft)
    assert sealed(case, 2)["firstName"] == "Eva"
    assert len(reading.chain(case.machine.id)[-1]["facts"]["attachments"]) == 2


def test_both_sides_read_the_same_timeline(channel: Channel) -> None:
    case = channel.customer()
    at = [datetime.now(UTC) + number * MINUTE for number in range(5)]
    draft = done(case.submit, act(channel.rita, at[0]), ask(MARIA, NINE, "signed on paper"))
    done(drafts.give_back, act(channel.pia, at[1]), draft, "by whom?")
    done(case.resubmit, act(channel.rita, at[2]), draft)
    done(drafts.assign, act(channel.pia, at[3]), draft, channel.per)
    done(case.approve, act(channel.per, at[4]), draft)
    theirs, ours = (timeline.of(act(who), case.machine.customer_id) for who in (channel.rita, channel.pia))
    assert theirs == ours
    steps = ["submitted", "returned", "resubmitted", "assigned"]
    events = ["created", *(f"draft {step}" for step in steps), "attest", "draft approved"]
    assert [item["event"] for item in ours] == events
    assert [item.get("reason") for item in ours] == [None, "signed on paper", "by whom?", None, "Per Dahl", None, None]
    attested = ours[5]
    assert (attested["actorName"], attested["preparedBy"]) == ("Per Dahl", named(act(channel.rita)))
    assert {item["draft"] for item in ours if "draft" in item} == {str(draft.id)}


def test_nobody_else_has_a_draft_or_its_timeline(channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    colleague = company("Relecloud", PartnerType.RESELLER, channel.provider)
    stranger = company("Northwind", PartnerType.PROVIDER)
    for person in (hire(colleague), hire(stranger), hire(company("Litware", PartnerType.DIRECT_BILL))):
        by = act(person)
        assert refused(scope.draft, by, draft.id) == "not-found"
        assert queue.of(by, None, by.at) == []
        assert timeline.of(by, case.machine.customer_id) == []


def test_the_queue_shows_what_waits_longest_first_and_how_long(channel: Channel) -> None:
    rita, later = act(channel.rita), act(channel.rita, datetime.now(UTC) + timedelta(hours=1))
    younger = done(channel.customer().submit, later)
    older = done(channel.customer().submit, rita, ask(MARIA, NINE, "signed on paper", SIGNED))
    other = done(channel.customer().submit, rita)
    done(drafts.discard, rita, other)
    now = rita.at + timedelta(days=3)
    for side in (rita, act(channel.pia)):
        found = queue.of(side, DraftStatus.SUBMITTED, now)
        assert [item["id"] for item in found] == [str(older.id), str(younger.id)]
        assert [item["ageDays"] for item in found] == [3, 2]
        assert len(queue.of(side, None, now)) == 3
    shown = found[0]
    assert (shown["preparedBy"], shown["from"], shown["note"]) == (named(rita), "Wingtip", "signed on paper")
    assert shown["attachments"] == [{"name": "signed.pdf", "sha256": older.attachments[0].sha256}]


def test_a_second_draft_waits_for_the_first_to_be_decided(channel: Channel) -> None:
    case, rita = channel.customer(), act(channel.rita)
    done(case.submit, rita)
    assert refused(case.submit, rita) == "already-exists"
    assert refused(case.submit, act(channel.per)) == "already-exists"


def test_a_returned_draft_gives_way_to_a_fresh_one(channel: Channel) -> None:
    case, rita, pia = channel.customer(), act(channel.rita), act(channel.pia)
    former = done(case.submit, rita)
    done(drafts.give_back, pia, former, "by whom?")
    fresh = done(case.submit, rita)
    assert (former.status, fresh.status) == (DraftStatus.DISCARDED, DraftStatus.SUBMITTED)
    steps = select(DraftEvent.step).where(DraftEvent.draft_id == former.id).order_by(DraftEvent.id)
    assert list(db.session.scalars(steps)) == ["submitted", "returned", "discarded"]
    assert [task[0] for task in tasks(case.machine) if task[3]] == ["review-draft"]
    assert refused(case.resubmit, rita, former) == "wrong-state"


@pytest.mark.parametrize("returned", [False, True])
def test_a_draft_is_taken_back_by_the_side_that_prepared_it(channel: Channel, returned: bool) -> None:
    case, rita, pia = channel.customer(), act(channel.rita), act(channel.pia)
    draft = done(case.submit, rita)
    if returned:
        done(drafts.give_back, pia, draft, "by whom?")
    assert refused(drafts.discard, pia, draft) == "not-found"
    done(drafts.discard, act(hire(channel.reseller)), draft)
    assert [task for task in tasks(case.machine) if task[3]] == []
    assert case.machine.number == 1


def end(case: Case, channel: Channel, status: DraftStatus) -> Draft:
    """A draft that has come to stand there."""
    draft = done(case.submit, act(channel.rita))
    by = act(channel.rita if status is DraftStatus.DISCARDED else channel.pia)
    names = {DraftStatus.APPROVED: "approve", DraftStatus.RETURNED: "return", DraftStatus.DISCARDED: "discard"}
    if status in names:
        done(case.attempts(by, draft)[names[status]])
    return draft


STILL = {DraftStatus.SUBMITTED: {"approve", "return", "discard"}, DraftStatus.RETURNED: {"resubmit", "discard"}}


@pytest.mark.parametrize("status", DraftStatus)
def test_a_decided_draft_is_decided(channel: Channel, status: DraftStatus) -> None:
    case = channel.customer()
    draft = end(case, channel, status)
    for name in {"approve", "return", "resubmit", "discard"} - STILL.get(status, set()):
        by = act(channel.pia if name in ("approve", "return") else channel.rita)
        assert refused(case.attempts(by, draft)[name]) == "wrong-state", name
    if status is not DraftStatus.SUBMITTED:
        assert refused(drafts.assign, act(channel.pia), draft, channel.per) == "wrong-state"


def test_a_draft_resolves_what_is_blocked_and_more_roles_may_approve_it(channel: Channel) -> None:
    from app.commands import acceptances

    case, helpdesk = channel.customer(), act(hire(channel.provider, Role.HELPDESK_AGENT))
    draft = done(case.submit, act(channel.rita))
    assert refused(case.approve, helpdesk, draft) == "role-not-allowed"
    done(acceptances.report_refusal, act(channel.pia), case.machine, 1)
    done(case.approve, helpdesk, draft)
    assert case.machine.state is State.ATTESTED
    assert [task for task in tasks(case.machine) if task[3]] == []


def test_a_direct_bill_partners_own_people_prepare_and_approve(channel: Channel) -> None:
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    case, ana = customer(fabrikam), act(hire(fabrikam, name="Ana Lind"))
    draft = done(case.submit, ana)
    assert draft.from_partner_id == fabrikam.id
    done(case.approve, ana, draft)
    assert sealed(case, 2)["preparedBy"] == named(ana)
    assert acts.person(ana.email or "").partner_id == fabrikam.id


def test_an_attestation_of_the_same_person_settles_the_draft_that_waits(channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    other = done(channel.customer().submit, act(channel.rita))
    done(case.attest, act(channel.pia), replace(MARIA, last_name="Berg"))
    assert draft.status is DraftStatus.SUBMITTED
    done(case.attest, act(channel.pia))
    assert (draft.status, other.status) == (DraftStatus.DISCARDED, DraftStatus.SUBMITTED)
    assert not [task for task in tasks(case.machine) if task[-1]]
    assert timeline.of(act(channel.rita), case.machine.customer_id)[-1]["reason"] == "see record 3"
