"""Drafts in the dashboard: queues of both sides, and every step for whoever may take it."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app.core.lifecycle import State
from app.core.vocabulary import DraftStatus, PartnerType, Role
from app.db import db, transaction
from app.models import Attachment, Draft, Machine, Partner
from tests.cast import MARIA
from tests.channel import AGREED, SIGNED, Case, Channel, act, ask, company, customer, done, hire
from tests.web.dashboard.bringing import brought, facts
from tests.web.dashboard.member import Member


@pytest.fixture
def pia(app: Flask, channel: Channel) -> Member:
    return Member(app, channel.pia)


@pytest.fixture
def rita(app: Flask, channel: Channel) -> Member:
    return Member(app, channel.rita)


@pytest.fixture
def waiting(channel: Channel) -> tuple[Case, Draft, str]:
    """A reseller's draft with a file, and its address."""
    case = channel.customer()
    draft = done(case.submit, act(channel.rita), ask(MARIA, AGREED, "signed on paper", SIGNED))
    return case, draft, f"/drafts/{draft.id}"


def now(draft: Draft) -> Any:
    db.session.expire_all()
    return db.session.get_one(Draft, draft.id)


def test_a_reseller_prepares_on_the_customers_page_and_reads_who_decides(rita: Member, channel: Channel) -> None:
    case = channel.customer()
    where = f"/customers/{case.relationship.customer_id}/attest"
    page = rita.open(where).text
    assert "Tailspin decides this." in page
    assert "I vouch" not in page
    answer = brought(rita, where, (b"%PDF", "signed.pdf"), date="2026-01-31", note="on paper")
    assert "The draft is with Tailspin now, who approves or returns it." in answer.text
    assert "Contoso" in rita.open("/drafts").text
    assert "Waiting for the provider (1)" in rita.page.text


def test_the_provider_approves_with_the_statement_shown(pia: Member, waiting: tuple[Case, Draft, str]) -> None:
    case, draft, where = waiting
    assert "Waiting for my company (1)" in pia.open("/drafts").text
    page = pia.open(where).text
    assert "signed on paper" in page
    assert "I vouch for this on behalf of Tailspin" in page
    unticked = pia.submit(f"{where}/approve")
    assert (unticked.status_code, "Tick the box" in unticked.text) == (400, True)
    done_page = pia.submit(f"{where}/approve", tick=True)
    assert "Approved" in done_page.text
    assert (now(draft).status, db.session.get_one(Machine, case.machine.id).state) == ("approved", State.ATTESTED)
    said = facts(case.machine)
    assert (said["draft"], len(said["attachments"]), "statementSha256" in said) == (str(draft.id), 1, True)
    file = db.session.get_one(Attachment, draft.attachments[0].id)
    assert file.record_id is not None
    assert f"{where}/approve" not in pia.forms
    assert "Contoso" in pia.open("/drafts?queue=decided").text


def test_returned_it_comes_back_with_the_reason_and_is_corrected(
    pia: Member, rita: Member, waiting: tuple[Case, Draft, str]
) -> None:
    _, draft, where = waiting
    pia.open(where)
    empty = pia.submit(f"{where}/return", reason="")
    assert (empty.status_code, 'id="reason-error"' in empty.text) == (400, True)
    pia.submit(f"{where}/return", reason="the date is missing")
    assert "Returned to us (1)" in rita.open("/drafts").text
    assert "the date is missing" in rita.open(where).text
    wrong = brought(rita, f"{where}/resubmit", last_name="", date="2026-02-01", tick=False)
    assert (wrong.status_code, rita.forms[f"{where}/resubmit"].fields["date"]) == (400, "2026-02-01")
    brought(rita, f"{where}/resubmit", (b"more", "date.txt"), last_name="Ek", date="2026-02-01", tick=False)
    assert (now(draft).status, [file.name for file in now(draft).attachments]) == (
        DraftStatus.SUBMITTED,
        ["signed.pdf", "date.txt"],
    )
    told = pia.open(where).text
    steps = ["handed it in", "returned it", "handed it in once more"]
    assert [told.index(step) for step in steps] == sorted(told.index(step) for step in steps)


def test_what_was_handed_in_anew_meanwhile_is_not_approved_unread(
    pia: Member, app: Flask, rita: Member, channel: Channel, waiting: Any
) -> None:
    _, draft, where = waiting
    pia.open(where)
    per = Member(app, channel.per)
    per.open(where)
    per.submit(f"{where}/return", reason="who is that?")
    rita.open(where)
    brought(rita, f"{where}/resubmit", last_name="Somebody-Else", date="2026-02-01", tick=False)
    late = pia.submit(f"{where}/approve", tick=True)
    assert (late.status_code, "Somebody-Else" in late.text, now(draft).status) == (409, True, DraftStatus.SUBMITTED)
    pia.submit(f"{where}/approve", tick=True)
    assert now(draft).status == DraftStatus.APPROVED


def test_assigned_it_waits_for_that_person(pia: Member, app: Flask, channel: Channel, waiting: Any) -> None:
    _, draft, where = waiting
    pia.open(where)
    nobody = pia.submit(f"{where}/assign", assignee="")
    assert (nobody.status_code, now(draft).assignee_id) == (400, None)
    pia.submit(f"{where}/assign", assignee=str(channel.per.id), substitute=str(channel.pia.id))
    assert (now(draft).assignee_id, now(draft).substitute_id) == (channel.per.id, channel.pia.id)
    per = Member(app, channel.per)
    assert "Waiting for me (1)" in per.open("/drafts").text
    assert per.submit is not None
    stranger = pia.post(f"{where}/assign", {"csrf_token": pia.csrf, "assignee": str(channel.rita.id)})
    assert stranger.status_code == 404


def test_the_side_that_prepared_it_discards_it(pia: Member, rita: Member, waiting: Any) -> None:
    _, draft, where = waiting
    pia.open(where)
    assert f"{where}/discard" not in pia.forms
    assert pia.post(f"{where}/discard", {"csrf_token": pia.csrf}).status_code == 404
    rita.open(where)
    assert not {f"{where}/{step}" for step in ("approve", "return", "assign")} & set(rita.forms)
    rita.submit(f"{where}/discard")
    assert now(draft).status is DraftStatus.DISCARDED


def test_a_reseller_never_decides(rita: Member, waiting: Any) -> None:
    _, draft, where = waiting
    rita.open(where)
    for step in ("approve", "return", "assign"):
        answer = rita.post(f"{where}/{step}", {"csrf_token": rita.csrf, "reason": "I say so", "vouch": "yes"})
        assert answer.status_code == 403, step
    assert now(draft).status is DraftStatus.SUBMITTED


def test_with_four_eyes_nobody_approves_the_own_draft_and_reads_why(app: Flask) -> None:
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    with transaction():
        db.session.get_one(Partner, fabrikam.id).four_eyes = True
    ana, olle = hire(fabrikam), hire(fabrikam, Role.SALES_AGENT, name="Olle Berg")
    case = customer(fabrikam)
    draft = done(case.submit, act(ana))
    one, other = Member(app, ana), Member(app, olle)
    assert "Here a second person has to approve" in one.open(f"/drafts/{draft.id}").text
    assert f"/drafts/{draft.id}/approve" not in one.forms
    other.open(f"/drafts/{draft.id}")
    other.submit(f"/drafts/{draft.id}/approve", tick=True)
    assert now(draft).status is DraftStatus.APPROVED


def test_an_approval_that_became_a_duplicate_says_so(pia: Member, channel: Channel, waiting: Any) -> None:
    case, draft, where = waiting
    other = replace(MARIA, last_name="Ekström")
    done(case.attest, act(channel.per), other)
    assert now(draft).status is DraftStatus.SUBMITTED
    pia.open(where)
    assert pia.submit(f"{where}/approve", tick=True).status_code == 200
    late = pia.post(f"{where}/return", {"csrf_token": pia.csrf, "reason": "too late"})
    assert late.status_code == 409


def test_strangers_find_no_draft(app: Flask, waiting: Any) -> None:
    _, _, where = waiting
    stranger = Member(app, hire(company("Northwind", PartnerType.DIRECT_BILL)))
    assert [stranger.get(where).status_code, stranger.get(f"/drafts/{uuid4()}").status_code] == [404, 404]
    assert "Contoso" not in stranger.open("/drafts?queue=side").text
    assert stranger.open("/drafts?queue=nonsense&after=nonsense").status_code == 200
