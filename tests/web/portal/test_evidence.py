"""What an acceptance leaves behind: the record, the statement, the sealed values; and what it must not leave."""

import hashlib
import json
import re

import pytest
from sqlalchemy import select

from app import vault
from app.core.evidence import commitment, first_fault
from app.core.vocabulary import InvitationKind
from app.db import db
from app.installation import installation
from app.models import Machine, Outbox, Record, SealedValue, Statement
from tests.cast import Cast, Story
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import Visitor, sealed, token
from tests.web.tables import dump

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Test/1.0"


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


def record(machine: Machine, event: str) -> Record:
    db.session.rollback()
    return db.session.scalars(select(Record).where(Record.machine_id == machine.id, Record.event == event)).one()


def accepted(visitor: Visitor, story: Story, kind: InvitationKind = InvitationKind.AGREEMENT) -> Record:
    visitor.client.environ_base["HTTP_USER_AGENT"] = AGENT
    visitor.identify(story.invite(kind))
    visitor.accept(typed_name="Maria E\u0301k")
    return record(story.machine, "accept")


def test_the_record_says_what_was_accepted_and_how_the_person_was_known(visitor: Visitor, story: Story) -> None:
    body = json.loads(accepted(visitor, story).body)
    terms = story.cast.rules.terms(story.machine.agreement_type, record(story.machine, "accept").at)
    assert (body["before"], body["after"]) == ("invited", "direct-accepted")
    assert body["actor"] == {"kind": "customer", "id": None, "role": "customer", "method": "email-code"}
    facts = body["facts"]
    assert facts.pop("invitation")
    assert len(facts.pop("statementSha256")) == 64
    assert facts == {
        "agreementType": "MicrosoftCustomerAgreement",
        "templateId": terms.template_id,
        "version": terms.version,
        "country": "SE",
        "language": "en-US",
        "statementLanguage": "en",
        "kind": "agreement",
        "assurance": "mailbox-code",
    }


def test_an_account_stands_in_the_record_by_its_id(visitor: Visitor, account: Account) -> None:
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)
    visitor.accept()
    body = json.loads(record(account.story.machine, "accept").body)
    user = str(account.user.id)
    assert body["actor"] == {"kind": "customer", "id": user, "role": "customer", "method": "password"}
    assert account.name not in record(account.story.machine, "accept").body


@pytest.mark.parametrize("kind", [InvitationKind.AGREEMENT, InvitationKind.RELATIONSHIP])
def test_the_statement_shown_is_kept_under_its_hash(visitor: Visitor, story: Story, kind: InvitationKind) -> None:
    visitor.identify(story.invite(kind))
    page, boxes = visitor.page.text, visitor.forms["/portal/accept"].boxes
    visitor.accept()
    facts = json.loads(record(story.machine, "accept").body)["facts"]
    kept = db.session.get_one(Statement, facts["statementSha256"]).text
    assert hashlib.sha256(kept.encode()).hexdigest() == facts["statementSha256"]
    lines = kept.splitlines()
    labels = [line.removeprefix("[ ] ").partition(": ") for line in lines if line.startswith("[ ] ")]
    assert [name for name, _, _ in labels] == list(boxes)
    shown = [text for _, _, text in labels] + [line for line in lines if not line.startswith("[ ] ")]
    assert all(text and f">{text}<" in page for text in shown)


def test_personal_values_are_sealed_beside_the_record(visitor: Visitor, story: Story) -> None:
    found = accepted(visitor, story)
    body = json.loads(found.body)
    values = db.session.scalars(select(SealedValue).where(SealedValue.record_id == found.id)).all()
    assert {value.name: commitment(value.salt, value.value) for value in values} == body["sealed"]
    assert len({value.salt for value in values}) == len(values)
    assert all(len(value.salt) == 16 for value in values)
    assert sealed(story, "accept") == {
        "firstName": "Maria",
        "lastName": "Ek",
        "email": story.relationship.email,
        "phoneNumber": story.relationship.phone,
        "typedName": "Maria \u00c9k",
        "ip": visitor.address,
        "userAgent": AGENT,
    }
    assert not any(str(value.value) in found.body for value in values)


def test_the_chain_is_whole(visitor: Visitor, story: Story) -> None:
    accepted(visitor, story)
    rows = db.session.scalars(select(Record).where(Record.machine_id == story.machine.id).order_by(Record.number))
    chain = [json.loads(row.body) | {"hash": row.hash} for row in rows]
    assert first_fault(chain) is None
    assert [link["event"] for link in chain] == ["created", "invite", "accept"]
    assert chain[-1]["hash"] == db.session.get_one(Machine, story.machine.id).head


def test_an_acceptance_owes_a_receipt_and_tells_the_partner(visitor: Visitor, story: Story) -> None:
    accepted(visitor, story)
    rows = db.session.scalars(select(Outbox)).all()
    kinds = [row.kind for row in rows if row.payload["machine"] == str(story.machine.id)]
    timers = ["invitation-expiry", "invitation-reminding"]
    assert sorted(kinds) == ["accepted", "accepted-partner", "invitation", *timers, "sign-in-code"]


def test_neither_link_nor_code_nor_password_stands_in_any_table(visitor: Visitor, story: Story, fresh: Account) -> None:
    invitation = story.invite()
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    visitor.submit("/portal/code", code=code)
    while_open = dump()
    kept = fresh.user.first_password
    assert kept
    assert vault.open_(kept) == FIRST
    visitor.accept()
    visitor.follow(fresh.invitation)
    visitor.sign_in(fresh.name, FIRST)
    visitor.submit("/portal/password", password="seven purple tigers", repeat="seven purple tigers")
    keys = installation().keys
    for text in (while_open, dump()):
        assert str(invitation.id) in text, "the dump does show what is there"
        for secret in (token(invitation), token(invitation)[22:], FIRST, "seven purple tigers"):
            assert secret not in text
            assert secret.encode().hex() not in text
        assert not any(key.hex() in text for key in (keys.link, keys.code, keys.session))
        assert not re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", text)
    assert kept.hex() in while_open
    assert fresh.user.first_password is None
