"""The partner's word in the dashboard: for every kind of customer, with what supports it; and what is refused."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.commands import acceptances, attestations, customers
from app.core.lifecycle import State
from app.core.vocabulary import AgreementType, Authority, Cloud, PartnerType, PurchaseKind, Role, TaskKind
from app.db import db, transaction
from app.models import Attachment, Draft, Machine, Partner, Statement
from tests import channel as channels
from tests.cast import MARIA, Cast, Story
from tests.channel import Channel, act, company, done, hire
from tests.web.dashboard.bringing import SIGNED, brought, facts
from tests.web.dashboard.member import Member
from tests.web.portal.visitor import sealed, tasks

DAY = "2026-01-31"


def where(story: Story | channels.Case, page: str = "attest") -> str:
    return f"/customers/{story.relationship.customer_id}/{page}"


def state(story: Story | channels.Case) -> str:
    db.session.expire_all()
    return db.session.get_one(Machine, story.machine.id).state


def attested(story: Story) -> None:
    with transaction():
        by = story.cast.act()
        attestations.attest(
            by, story.machine, story.relationship, MARIA, datetime(2026, 1, 2, tzinfo=UTC), story.cast.rules
        )


def test_an_attestation_with_files_is_on_record_and_its_files_come_back(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    page = ana.open(where(story)).text
    assert "I vouch for this on behalf of Fabrikam, as its Admin agent." in page
    told = brought(ana, where(story), (SIGNED, "signed.pdf"), (b"yes", "mail.eml"), date=DAY)
    assert told.status_code == 200
    assert "Your word is on record" in told.text
    said = facts(story.machine)
    hashes = [hashlib.sha256(content).hexdigest() for content in (SIGNED, b"yes")]
    assert (said["attachments"], said["statedDate"]) == (hashes, f"{DAY}T00:00:00.000Z")
    assert said["statementLanguage"] == "en"
    kept = db.session.get_one(Statement, said["statementSha256"]).text
    assert kept.splitlines()[0] == "Fabrikam records that Contoso has accepted the Microsoft Customer Agreement."
    assert "Maria" not in kept
    assert sealed(story, "attest")["email"] == story.relationship.email
    file = db.session.scalars(select(Attachment).where(Attachment.name == "signed.pdf")).one()
    answer = ana.get(f"/files/{file.id}")
    assert (answer.data, answer.mimetype) == (SIGNED, "application/octet-stream")
    assert answer.headers["Content-Disposition"] == "attachment; filename=signed.pdf"


def test_somebody_else_may_have_agreed(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    ana.open(where(story))
    brought(ana, where(story), date=DAY, first_name="Nils", last_name="Ö", email="nils@contoso.example", phone="")
    assert sealed(story, "attest") | {"firstName": "Nils", "lastName": "Ö"} == sealed(story, "attest")


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    wrongs: dict[str, dict[str, Any]] = {
        "first_name-error": {"first_name": "", "date": DAY},
        "email-error": {"email": "nobody", "date": DAY},
        "phone-error": {"phone": "call me", "date": DAY},
        "date-error": {"date": tomorrow},
        "vouch-error": {"date": DAY, "vouch": ""},
    }
    for id, typed in wrongs.items():
        ana.open(where(story))
        answer = brought(ana, where(story), last_name="Typed-before", **typed)
        assert (answer.status_code, f'id="{id}"' in answer.text) == (400, True), id
        assert ana.forms[where(story)].fields["last_name"] == "Typed-before"
    assert state(story) == State.UNCONFIRMED


def test_a_file_that_is_too_large_is_refused_beside_its_field(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    ana.open(where(story))
    answer = brought(ana, where(story), (b"x" * (5 * 1024 * 1024 + 1), "film.mp4"), date=DAY)
    assert (answer.status_code, "film.mp4 cannot be kept" in answer.text) == (400, True)
    assert (state(story), 'id="files-error"' in answer.text) == (State.UNCONFIRMED, True)


def test_the_same_person_twice_is_refused_and_a_correction_supersedes(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    ana.open(where(story))
    brought(ana, where(story), date=DAY)
    page = ana.open(where(story)).text
    assert "On record now" in page
    assert "Correct or renew" in page
    again = brought(ana, where(story), date="2026-02-01")
    assert (again.status_code, 'id="first_name-error"' in again.text) == (400, True)
    assert ana.forms[where(story)].fields["date"] == "2026-02-01"
    assert brought(ana, where(story), date=DAY, last_name="Ekström").status_code == 200
    assert facts(story.machine)["supersedes"] == 2


def test_a_blocked_customer_is_explained_and_helpdesk_may_vouch(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    helpdesk = hire(cast.fabrikam, Role.HELPDESK_AGENT)
    member = Member(app, helpdesk)
    assert "You cannot confirm this now." in member.open(where(story)).text
    done(acceptances.report_refusal, cast.act(), story.machine, 2)
    page = member.open(where(story)).text
    assert "another partner before" in page
    assert "Please reach out to your Partner to confirm your acceptance" in page
    assert brought(member, where(story), date=DAY).status_code in (200, 403)  # the customer page is not helpdesk's
    assert state(story) == State.ATTESTED


def test_words_that_changed_since_are_not_vouched_for(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    ana.open(where(story))
    answer = brought(ana, where(story), date=DAY, statement="0" * 64)
    assert (answer.status_code, "changed since the page was opened" in answer.text) == (409, True)
    assert state(story) == State.UNCONFIRMED


def test_national_clouds_other_agreements_and_strangers(ana: Member, app: Flask, cast: Cast) -> None:
    german = cast.customer(Cloud.GERMANY)
    assert "not supported in national clouds" in ana.open(where(german)).text
    assert where(german) not in ana.forms
    assert ana.get(f"/customers/{uuid4()}/attest").status_code == 404
    assert ana.get(where(german) + "?type=MicrosoftCloudAgreement").status_code == 404
    other = Member(app, hire(company("Northwind", PartnerType.DIRECT_BILL)))
    assert other.get(where(german)).status_code == 404


def test_an_agreement_that_is_no_longer_on_offer_cannot_be_confirmed(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    done(customers.machine_for, cast.act(), story.relationship, AgreementType.CLOUD)
    page = ana.open(where(story) + "?type=MicrosoftCloudAgreement").text
    assert "not on offer on that day" in page
    assert where(story) not in ana.forms
    refused = ana.post(where(story), {"csrf_token": ana.csrf, "type": "MicrosoftCloudAgreement", "date": DAY})
    assert refused.status_code == 400


def test_where_the_vendors_portal_decides_the_page_says_that_this_stays_here(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    with transaction():
        db.session.get_one(Partner, cast.fabrikam.id).authority = Authority.MIRROR
    assert "record it at the vendor as well" in ana.open(where(story)).text
    brought(ana, where(story), date=DAY)
    assert state(story) == State.ATTESTED


def test_with_four_eyes_the_same_page_hands_in_a_draft(ana: Member, cast: Cast) -> None:
    with transaction():
        db.session.get_one(Partner, cast.fabrikam.id).four_eyes = True
    story = cast.customer()
    page = ana.open(where(story)).text
    assert "A second person decides this." in page
    answer = brought(ana, where(story), (SIGNED, "signed.pdf"), date=DAY, note="by phone")
    assert "A colleague of yours approves or returns it." in answer.text
    draft = db.session.scalars(select(Draft).where(Draft.machine_id == story.machine.id)).one()
    assert (draft.note, [file.name for file in draft.attachments]) == ("by phone", ["signed.pdf"])
    assert state(story) == State.UNCONFIRMED
    waits = ana.open(where(story)).text
    assert f"/drafts/{draft.id}" in waits
    assert where(story) not in ana.forms


def test_files_are_the_partners_that_brought_them_and_its_resellers_drafts_are_both_sides(
    app: Flask, channel: Channel
) -> None:
    case = channel.customer()
    pia, rita = Member(app, channel.pia), Member(app, channel.rita)
    pia.open(where(case))
    brought(pia, where(case), (SIGNED, "ours.pdf"), date=DAY)
    draft = done(
        channel.customer().submit, act(channel.rita), channels.ask(MARIA, channels.AGREED, None, channels.SIGNED)
    )
    ours = db.session.scalars(select(Attachment).where(Attachment.name == "ours.pdf")).one()
    theirs = draft.attachments[0].id
    assert [
        (pia.get(f"/files/{id}").status_code, rita.get(f"/files/{id}").status_code) for id in (ours.id, theirs)
    ] == [
        (200, 404),
        (200, 200),
    ]


def test_withdrawing_says_what_follows_and_opens_the_task(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    attested(story)
    page = ana.open(where(story, "withdraw")).text
    assert "You have to cancel" in page
    unsure = ana.submit(where(story, "withdraw"), reason="asked by phone")
    assert (unsure.status_code, ana.forms[where(story, "withdraw")].fields["reason"]) == (400, "asked by phone")
    assert state(story) == State.ATTESTED
    ana.submit(where(story, "withdraw"), reason="asked by phone", sure="yes")
    assert (state(story), tasks(story)) == (State.UNCONFIRMED, [TaskKind.CANCEL_SUBSCRIPTIONS])
    assert "nothing to withdraw" in ana.open(where(story, "withdraw")).text


def test_purchases_are_listed_and_history_is_recorded(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    assert "No purchase is on record" in ana.open(where(story, "purchases")).text
    ana.submit(where(story, "purchases"), kind=PurchaseKind.AZURE_PLAN.value, date=DAY)
    page = ana.open(where(story, "purchases")).text
    assert "31 January 2026" in page
    wrong = ana.submit(where(story, "purchases"), kind="software", date="2999-01-01")
    assert (wrong.status_code, 'id="date-error"' in wrong.text) == (400, True)
    assert ana.forms[where(story, "purchases")].fields["kind"] == "software"


@pytest.mark.parametrize("page", ["attest", "withdraw", "order", "purchases", "dispute"])
def test_whoever_has_no_role_for_it_is_told_so(app: Flask, cast: Cast, page: str) -> None:
    admin = Member(app, hire(cast.fabrikam, Role.GLOBAL_ADMIN))
    answer = admin.get(where(cast.customer(), page))
    assert answer.status_code == (200 if page == "attest" else 403)
    assert page != "attest" or "You cannot confirm this now." in answer.text


def test_a_person_without_a_phone_is_recorded_without_one(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    with transaction():
        db.session.merge(story.relationship).phone = None
    ana.open(where(story))
    brought(ana, where(story), date=DAY)
    assert "phoneNumber" not in sealed(story, "attest")
