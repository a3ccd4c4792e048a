"""Disputes in the dashboard: opened, taken, answered; and who may not."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.commands import attestations
from app.core.lifecycle import State
from app.core.vocabulary import DisputeStatus, PartnerType, Role, TaskKind
from app.db import db, transaction
from app.models import Dispute, Machine
from tests.cast import MARIA, Cast, Story
from tests.channel import Channel, act, company, done, hire
from tests.web.dashboard.member import Member
from tests.web.portal.visitor import tasks


@pytest.fixture
def story(cast: Cast) -> Story:
    """A customer whose agreement is attested."""
    found = cast.customer()
    with transaction():
        at = datetime(2026, 1, 2, tzinfo=UTC)
        attestations.attest(cast.act(), found.machine, found.relationship, MARIA, at, cast.rules)
    return found


def where(story: Any) -> str:
    return f"/customers/{story.relationship.customer_id}/dispute"


def opened(member: Member, story: Any) -> Dispute:
    member.open(where(story))
    assert member.submit(where(story), reason="nobody here agreed").status_code == 200
    db.session.expire_all()
    return db.session.scalars(select(Dispute).where(Dispute.machine_id == story.machine.id)).one()


def now(row: Dispute) -> Dispute:
    db.session.expire_all()
    return db.session.get_one(Dispute, row.id)


def test_a_doubt_is_opened_once_and_listed_with_owner_and_deadline(ana: Member, cast: Cast, story: Story) -> None:
    empty = (ana.open(where(story)), ana.submit(where(story), reason=""))[1]
    assert (empty.status_code, 'id="reason-error"' in empty.text) == (400, True)
    row = opened(ana, story)
    page = ana.open("/disputes").text
    assert "nobody here agreed" in page
    assert "Ana Lind" in page.split("<tbody>")[1]
    assert f"/disputes/{row.id}" in ana.open(where(story)).text
    assert where(story) not in ana.forms
    assert ana.open("/disputes?show=answered").status_code == 200


def test_rejected_the_confirmation_stands(ana: Member, story: Story) -> None:
    row = opened(ana, story)
    close = f"/disputes/{row.id}/close"
    ana.open(f"/disputes/{row.id}")
    unsure = ana.submit(close, reason="signed order of May 4")
    assert (unsure.status_code, ana.forms[close].fields["reason"]) == (400, "signed order of May 4")
    ana.submit(close, outcome="rejected", reason="signed order of May 4")
    assert (now(row).status, now(row).answer) == (DisputeStatus.REJECTED, "signed order of May 4")
    assert db.session.get_one(Machine, story.machine.id).state is State.ATTESTED
    assert "signed order of May 4" in ana.open(f"/disputes/{row.id}").text
    assert "Contoso" in ana.open("/disputes?show=answered").text
    late = ana.post(close, {"csrf_token": ana.csrf, "outcome": "upheld", "reason": "after all"})
    assert late.status_code == 409


def test_upheld_the_confirmation_is_withdrawn_as_the_page_said(ana: Member, story: Story) -> None:
    row = opened(ana, story)
    assert "The confirmation is withdrawn: orders are refused from now on" in ana.open(f"/disputes/{row.id}").text
    ana.submit(f"/disputes/{row.id}/close", outcome="upheld", reason="they are right")
    assert now(row).status is DisputeStatus.UPHELD
    assert db.session.get_one(Machine, story.machine.id).state is State.UNCONFIRMED
    assert TaskKind.CANCEL_SUBSCRIPTIONS in tasks(story)


def test_a_colleague_takes_it_over(ana: Member, app: Flask, cast: Cast, story: Story) -> None:
    row = opened(ana, story)
    olle = hire(cast.fabrikam, Role.SALES_AGENT, name="Olle Berg")
    member = Member(app, olle)
    member.open(f"/disputes/{row.id}")
    member.submit(f"/disputes/{row.id}/take")
    assert now(row).owner_id == olle.id
    assert f"/disputes/{row.id}/take" not in member.forms


def test_without_a_confirmation_there_is_nothing_to_dispute(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    assert "nothing to dispute" in ana.open(where(story)).text
    refused = ana.post(where(story), {"csrf_token": ana.csrf, "reason": "I doubt it"})
    assert refused.status_code == 409


def test_a_reseller_opens_one_and_its_provider_answers(app: Flask, channel: Channel) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    rita = Member(app, channel.rita)
    row = opened(rita, case)
    assert f"/disputes/{row.id}/close" not in rita.forms
    assert rita.post(f"/disputes/{row.id}/close", {"csrf_token": rita.csrf, "outcome": "rejected"}).status_code == 403
    assert f"/disputes/{row.id}/close" in (Member(app, channel.pia).open(f"/disputes/{row.id}").text)


def test_strangers_find_no_dispute(ana: Member, app: Flask, story: Story) -> None:
    row = opened(ana, story)
    stranger = Member(app, hire(company("Northwind", PartnerType.DIRECT_BILL)))
    assert stranger.get(f"/disputes/{row.id}").status_code == 404
    assert stranger.get(f"/disputes/{uuid4()}").status_code == 404
    assert stranger.get(where(story)).status_code == 404
    assert "nobody here agreed" not in stranger.open("/disputes").text
