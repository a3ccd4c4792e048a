"""A partner's details: who accepted or vouched, what can be taken home, disputes; and nothing of anybody else's."""

import base64
import hashlib
import json
import uuid

import pytest
from sqlalchemy import select

from app.commands import attestations, disputes
from app.core.evidence import canonical, commitment, digest
from app.core.vocabulary import Authority
from app.db import db, transaction
from app.models import Dispute, Machine, Outbox, Partner
from tests.cast import Cast, Story
from tests.channel import Channel
from tests.web.portal.accounts import Account
from tests.web.portal.at_home import at_home, attested, other_partner, sign_in
from tests.web.portal.visitor import Visitor, add_user, events, tasks
from tests.web.tables import checksums

WHY = "Nobody of us agreed to that."


def details(partner: Partner) -> str:
    return f"/portal/partners/{partner.id}"


def there(machine: Machine, what: str) -> str:
    db.session.refresh(machine)
    return f"/portal/agreements/{machine.id}/{machine.acceptance_number or 1}/{what}"


def dispute_of(machine: Machine) -> str:
    return f"/portal/agreements/{machine.id}/dispute"


# Works


def test_an_attestation_is_shown_with_who_vouched_for_whom(visitor: Visitor, account: Account) -> None:
    attested(account.story)
    at_home(visitor, account)
    page = visitor.get(details(account.story.cast.fabrikam)).text
    for said in ("Direct-bill partner", "Active", "Vouched for by", "Ana Lind", "Admin agent", "Maria Ek", "Version"):
        assert said in page
    assert "This attestation is wrong" in page


def test_a_reseller_in_between_is_named(visitor: Visitor, cast: Cast, channel: Channel, hashed: str) -> None:
    case = channel.customer()
    user = add_user(Story(cast, case.machine, case.relationship), hashed, must_change=False)
    sign_in(visitor, user.user_name)
    page = visitor.get(details(channel.provider)).text
    assert "Indirect provider" in page
    assert "Wingtip" in page


def test_what_was_accepted_is_taken_home_and_can_be_checked(visitor: Visitor, account: Account) -> None:
    at_home(visitor, account)
    visitor.submit(f"/portal/requests/{account.invitation.id}")
    visitor.accept(typed_name="Maria Ek")
    machine = account.story.machine
    statement = visitor.get(there(machine, "statement"))
    record = json.loads(visitor.get(there(machine, "record")).text)
    assert "attachment" in statement.headers["Content-Disposition"]
    assert hashlib.sha256(statement.data).hexdigest() == record["body"]["facts"]["statementSha256"]
    assert record["hash"] == digest(record["body"]) == hashlib.sha256(canonical(record["body"])).hexdigest()
    opened = {one["name"]: one for one in record["personal"].values()}
    assert (opened["typedName"]["value"], opened["ip"]["value"]) == ("Maria Ek", visitor.address)
    for sealed, one in record["personal"].items():
        assert sealed == commitment(base64.b64decode(one["salt"]), one["value"])


def test_of_staff_no_address_is_handed_out(visitor: Visitor, account: Account) -> None:
    attested(account.story)
    at_home(visitor, account)
    record = json.loads(visitor.get(there(account.story.machine, "record")).text)
    assert {one["name"] for one in record["personal"].values()} & {"ip", "userAgent"} == set()


def test_a_dispute_is_opened_shown_answered_and_its_outcome_shown(visitor: Visitor, account: Account) -> None:
    story = account.story
    attested(story)
    at_home(visitor, account)
    visitor.get(details(story.cast.fabrikam))
    page = visitor.submit(dispute_of(story.machine), reason=WHY)
    assert page.request.path == details(story.cast.fabrikam)
    assert WHY in page.text
    assert "Has to answer" in page.text
    assert dispute_of(story.machine) not in visitor.forms
    row = db.session.scalars(select(Dispute).where(Dispute.machine_id == story.machine.id)).one()
    assert (events(story)[-1], row.partner_id) == ("disputed", story.cast.fabrikam.id)
    assert tasks(story) == ["answer-dispute"]
    mails = db.session.scalars(select(Outbox).where(Outbox.kind == "disputed"))
    assert [mail.payload["machine"] for mail in mails].count(str(story.machine.id)) == 1
    with transaction():
        disputes.close_dispute(story.cast.act(), row, "Maria signed it.", upheld=False)
    page = visitor.get(details(story.cast.fabrikam))
    assert "Maria signed it." in page.text
    assert "What is on record stands." in page.text


def test_a_dispute_sent_twice_is_one(visitor: Visitor, account: Account) -> None:
    attested(account.story)
    at_home(visitor, account)
    visitor.get(details(account.story.cast.fabrikam))
    form = visitor.forms[dispute_of(account.story.machine)]
    for _ in range(2):
        answer = visitor.post(form.action, form.fields | {"reason": WHY}, follow_redirects=True)
        assert answer.status_code == 200
        assert 'class="error"' not in answer.text
    assert events(account.story).count("disputed") == 1


# Bad input, wrong state


@pytest.mark.parametrize("reason", ["", "   ", "a\0b", "x" * 1001])
def test_a_reason_that_is_none_is_refused_beside_its_field_and_kept(
    visitor: Visitor, account: Account, reason: str
) -> None:
    attested(account.story)
    at_home(visitor, account)
    visitor.get(details(account.story.cast.fabrikam))
    page = visitor.submit(dispute_of(account.story.machine), reason=reason)
    assert page.status_code == 400
    assert 'class="error" id="reason-1-error"' in page.text
    assert len(reason) < 1000 or reason in page.text
    assert "disputed" not in events(account.story)


def test_where_nothing_is_on_record_there_is_nothing_to_dispute_or_to_take(visitor: Visitor, account: Account) -> None:
    at_home(visitor, account)
    page = visitor.get(details(account.story.cast.fabrikam))
    assert "Waiting for your answer" in page.text
    machine = account.story.machine
    assert dispute_of(machine) not in visitor.forms
    assert visitor.post(dispute_of(machine), {"csrf_token": visitor.csrf, "reason": WHY}).status_code == 409
    for what in ("record", "statement", "document"):
        assert visitor.get(there(machine, what)).status_code == 404


# Somebody else's, unknown


def refused_everywhere(visitor: Visitor, partner_id: uuid.UUID, machine: Machine) -> None:
    before = checksums()
    csrf = visitor.csrf
    answers = [visitor.get(f"/portal/partners/{partner_id}")]
    answers += [visitor.get(there(machine, what)) for what in ("record", "statement", "document")]
    answers.append(visitor.post(dispute_of(machine), {"csrf_token": csrf, "reason": WHY}))
    assert {answer.status_code for answer in answers} == {404}
    nowhere = visitor.get(f"/portal/partners/{uuid.uuid4()}")
    assert answers[0].text == nowhere.text
    assert checksums() == before


def test_another_tenants_partners_and_agreements_are_not_there(visitor: Visitor, account: Account, cast: Cast) -> None:
    theirs = cast.customer()
    attested(theirs)
    other = other_partner(theirs)
    at_home(visitor, account)
    for machine in (theirs.machine, other.machine):
        visitor.get("/portal")
        refused_everywhere(visitor, other.partner.id, machine)


def test_who_is_known_by_a_code_reads_of_the_asking_partner_only(visitor: Visitor, account: Account) -> None:
    other = other_partner(account.story)
    visitor.identify(account.invitation)
    page = visitor.accept()
    assert details(account.story.cast.fabrikam) in page.text
    page = visitor.get(details(account.story.cast.fabrikam))
    assert "Accepted by you" in page.text
    assert other.partner.name not in page.text
    assert visitor.get(there(account.story.machine, "record")).status_code == 200
    visitor.get(details(account.story.cast.fabrikam))
    refused_everywhere(visitor, other.partner.id, other.machine)


def test_before_the_answer_a_code_opens_no_details(visitor: Visitor, account: Account) -> None:
    visitor.identify(account.invitation)
    assert visitor.get(details(account.story.cast.fabrikam)).status_code == 401


def test_who_is_not_known_is_asked_to_sign_in(visitor: Visitor, account: Account) -> None:
    attested(account.story)
    visitor.get("/portal")
    csrf = visitor.csrf
    for path in (details(account.story.cast.fabrikam), there(account.story.machine, "record")):
        assert visitor.get(path).status_code == 401
        assert "/portal/account/sign-in" in visitor.forms
    answer = visitor.post(dispute_of(account.story.machine), {"csrf_token": csrf, "reason": WHY})
    assert answer.status_code == 401


def test_a_withdrawn_acceptance_can_still_be_taken_home(visitor: Visitor, account: Account) -> None:
    attested(account.story)
    at_home(visitor, account)
    path = there(account.story.machine, "record")
    with transaction():
        attestations.withdraw(account.story.cast.act(), account.story.machine, "They left.")
    page = visitor.get(details(account.story.cast.fabrikam))
    assert "The acceptance was withdrawn" in page.text
    assert "They left." in page.text
    assert visitor.get(path).status_code == 200


def test_an_older_version_and_a_word_the_vendor_lacks_are_said(visitor: Visitor, account: Account) -> None:
    story = account.story
    visitor.identify(account.invitation)
    assert "not yet at Microsoft" not in visitor.accept().text
    with transaction():
        story.cast.fabrikam.authority = Authority.MIRROR
        story.machine.accepted_version = -1
    assert "not yet at Microsoft" in visitor.get().text
    page = visitor.get(details(story.cast.fabrikam)).text
    assert "not yet at Microsoft" in page
    assert "A newer version of this agreement has to be accepted" in page
