"""What each event tells whom by mail: gathered from the rows it left, and worded."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import acceptances, attestations, disputes, drafts, mailpolicies, staff
from app.commands.acceptances import Consent
from app.core.act import Act
from app.core.carrying import Lane
from app.core.languages import Language
from app.core.mails import MailFacts
from app.core.vocabulary import ActorKind, Assurance, InvitationKind, Method, Owed, PurchaseKind
from app.db import db, transaction
from app.installation import installation
from app.mail.compose import Words
from app.models import Invitation, MailPolicy, MailTemplate, Outbox, Suppression
from app.outbox import Claimed
from app.post import composer
from app.queries import mails
from tests import channel as channels
from tests.cast import MARIA, Cast, Story
from tests.channel import Channel, act, done, refused

WORDS = "I agree."
AGREED = datetime(2026, 11, 2, tzinfo=UTC)


def customer() -> Act:
    return Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, acts.now())


def accept(story: Story, invitation: Invitation, by: Act | None = None) -> None:
    shown = hashlib.sha256(WORDS.encode()).hexdigest()
    consent = Consent(WORDS, shown, "Maria Margareta Ek", True, True, Assurance.MAILBOX_CODE, "en-US")
    around = (story.machine, story.relationship, invitation)
    done(acceptances.accept, by or customer(), *around, consent, story.cast.rules)


def told(machine: Any, kind: Owed, now: datetime | None = None) -> tuple[MailFacts, Words]:
    """The one mail of that kind about this agreement, as a worker would word it."""
    (found,) = gathered(machine, kind, now)
    assert found, f"no {kind} is needed"
    return found, composer(installation()).words(found)


def gathered(machine: Any, kind: Owed, now: datetime | None = None) -> list[MailFacts | None]:
    db.session.rollback()
    rows = db.session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)).all()
    owed = [
        Claimed(row.id, row.partner_id, Lane.BULK, kind, row.payload, "", 1, row.created_at)
        for row in rows
        if row.payload.get("machine") == str(machine.id)
    ]
    facts = mails.load(owed, now or acts.now())
    return [facts[row.id] for row in owed]


def addresses(facts: MailFacts) -> list[str]:
    return [box.email for box in facts.to]


# To the customer


def test_an_invitation_goes_to_the_contact_in_the_contact_s_language_and_is_answered_by_who_invited(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite(language="sv-SE")
    facts, words = told(story.machine, Owed.INVITATION)
    assert (addresses(facts), facts.language) == ([invitation.email], Language.SWEDISH)
    assert facts.reply_to
    assert facts.reply_to.email == cast.ana.email
    assert "Microsoft-kundavtal" in words.subject
    assert "/AdminPortal/Home/" in words.text


def test_who_accepted_gets_a_receipt_and_the_partner_gets_word(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    accept(story, invitation)
    facts, words = told(story.machine, Owed.ACCEPTED)
    assert addresses(facts) == [invitation.email]
    assert story.machine.head in words.text
    assert "Maria Margareta Ek" in words.text
    facts, words = told(story.machine, Owed.ACCEPTED_PARTNER)
    assert addresses(facts) == [cast.ana.email]
    assert "Contoso" in words.subject


def test_the_receipt_says_that_the_partner_was_authorised_too(cast: Cast) -> None:
    story = cast.customer()
    accept(story, story.invite(InvitationKind.RELATIONSHIP))
    said = " ".join(told(story.machine, Owed.ACCEPTED)[1].text.split())
    assert "Contoso authorised Fabrikam as its partner, without administration rights." in said


def test_what_was_accepted_at_another_portal_needs_no_second_receipt(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    told_by = replace(customer(), kind=ActorKind.UPSTREAM, method=Method.WEBHOOK, id="source")
    person = {"firstName": "Maria", "lastName": "Ek", "email": "maria@contoso.example"}
    around = (story.machine, story.relationship, invitation, acts.now() - timedelta(minutes=1), person)
    done(acceptances.accept_elsewhere, told_by, *around, cast.rules)
    assert gathered(story.machine, Owed.ACCEPTED) == [None]
    assert "Maria Ek" in told(story.machine, Owed.ACCEPTED_PARTNER)[1].text


def test_the_contact_of_record_learns_who_vouched_and_how_to_object(cast: Cast) -> None:
    story = cast.customer()
    other = replace(MARIA, first_name="Eva", email="eva@contoso.example")
    done(attestations.attest, cast.act(), story.machine, story.relationship, other, AGREED, cast.rules)
    facts, words = told(story.machine, Owed.ATTESTED)
    assert addresses(facts) == [story.relationship.email]
    domains = select(Outbox.domain).where(Outbox.kind == Owed.ATTESTED, Outbox.partner_id == cast.fabrikam.id)
    assert story.relationship.email.rpartition("@")[2] in db.session.scalars(domains).all()
    assert facts.reply_to
    assert facts.reply_to.email == cast.ana.email
    for said in ("Ana Lind", "Eva Ek", "2 November 2026", "14 days", story.machine.head):
        assert said in words.text


def test_an_objection_goes_to_somebody_else_than_who_vouched(channel: Channel) -> None:
    case, other = channel.customer(), channels.hire(channel.provider, name="Olga Ost")
    done(case.attest, act(channel.pia))
    facts, _ = told(case.machine, Owed.ATTESTED)
    assert facts.reply_to
    assert facts.reply_to.email == other.email


def test_a_service_account_names_the_person_it_vouched_for(cast: Cast) -> None:
    story = cast.customer()
    by = replace(cast.act(), service=True, on_behalf_of="Nils Holm <nils@fabrikam.example>")
    done(attestations.attest, by, story.machine, story.relationship, MARIA, AGREED, cast.rules)
    assert "Nils Holm" in told(story.machine, Owed.ATTESTED)[1].text


@pytest.mark.parametrize("kind", [Owed.INVITATION, Owed.ATTESTED])
def test_a_mailbox_that_wants_no_mail_gets_none_that_it_did_not_ask_for(cast: Cast, kind: Owed) -> None:
    story = cast.customer()
    if kind is Owed.INVITATION:
        story.invite()
    else:
        done(attestations.attest, cast.act(), story.machine, story.relationship, MARIA, AGREED, cast.rules)
    with transaction() as session:
        whom = {"partner_id": cast.fabrikam.id, "mailbox": story.relationship.email}
        session.add(Suppression(**whom, reason="complained", created_at=acts.now()))
    assert gathered(story.machine, kind) == [None]


# To the partner


def test_the_partner_reads_why_the_customer_declined(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    done(acceptances.decline, customer(), story.machine, invitation, "We go elsewhere.")
    facts, words = told(story.machine, Owed.DECLINED)
    assert addresses(facts) == [cast.ana.email]
    assert "We go elsewhere." in words.text


def test_when_who_invited_has_left_the_admin_agents_are_told(cast: Cast) -> None:
    story = cast.customer()
    leaver = channels.hire(cast.fabrikam, name="Leo Lund")
    invitation = story.invite(inviter=leaver)
    done(staff.disable_staff, acts.console(), leaver)
    done(acceptances.decline, customer(), story.machine, invitation, "")
    assert addresses(told(story.machine, Owed.DECLINED)[0]) == [cast.ana.email]


def test_the_partner_is_told_of_a_block_while_it_is_one(cast: Cast) -> None:
    from app.commands import customers

    story = cast.customer()
    invitation = story.invite()
    bought = (story.relationship, PurchaseKind.SOFTWARE, AGREED.date())
    done(customers.record_purchase, cast.act(), *bought)
    done(acceptances.block, customer(), story.machine, invitation)
    facts, words = told(story.machine, Owed.BLOCKED)
    assert addresses(facts) == [cast.ana.email]
    assert "assent attest" in words.text
    done(attestations.attest, cast.act(), story.machine, story.relationship, MARIA, AGREED, cast.rules)
    assert gathered(story.machine, Owed.BLOCKED) == [None]


def test_a_returned_draft_goes_to_whoever_prepared_it(channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    done(drafts.give_back, act(channel.pia), draft, "The signature is missing.")
    facts, words = told(case.machine, Owed.DRAFT_RETURNED)
    assert addresses(facts) == [channel.rita.email]
    assert "The signature is missing." in words.text
    done(case.resubmit, act(channel.rita), draft)
    assert gathered(case.machine, Owed.DRAFT_RETURNED) == [None]


def test_a_dispute_goes_to_who_has_to_answer_it_with_the_day(channel: Channel) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    by = Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, datetime(2026, 11, 21, 9, tzinfo=UTC), name="Maria Ek")
    done(disputes.open_dispute, by, case.machine, "Nobody here agreed.", channel.per)
    facts, words = told(case.machine, Owed.DISPUTED)
    assert addresses(facts) == [channel.per.email]
    assert "Nobody here agreed." in words.text
    assert "5 December 2026" in words.text


def test_the_partner_s_own_people_are_written_to_in_the_partner_s_language(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    with transaction() as session:
        known = {"partner_id": cast.fabrikam.id, "changed_at": acts.now(), "changed_by": "Ana"}
        session.add(MailPolicy(**known, language=Language.SIMPLIFIED, password_in_mail=False))
    done(acceptances.decline, customer(), story.machine, invitation, "")
    facts, words = told(story.machine, Owed.DECLINED)
    assert facts.language is Language.SIMPLIFIED
    assert "拒绝" in words.subject


def test_passwords_in_mails_are_not_for_a_reseller_to_decide(channel: Channel) -> None:
    operator = acts.console()
    assert (
        refused(mailpolicies.change, operator, channel.reseller.id, {"password_in_mail": True}) == "wrong-partner-type"
    )
    done(mailpolicies.change, operator, channel.provider.id, {"password_in_mail": True})


# The partner's own looks and words


def look(partner_id: Any, **values: Any) -> None:
    with transaction() as session:
        known = {"changed_at": acts.now(), "changed_by": "Ana", "password_in_mail": False}
        session.add(MailPolicy(partner_id=partner_id, **known, **values))


def test_a_mail_wears_the_reseller_s_colours_or_else_the_partner_s(channel: Channel) -> None:
    case = channel.customer()
    story = Story(Cast(channel.provider, channel.pia, channel.rules), case.machine, case.relationship)
    look(channel.provider.id, colour="#7a1f1f")
    story.invite()
    assert "#7a1f1f" in told(case.machine, Owed.INVITATION)[1].html
    look(channel.reseller.id, colour="#0b5d3b")
    facts, words = told(case.machine, Owed.INVITATION)
    assert ("#0b5d3b" in words.html, "#7a1f1f" in words.html) == (True, False)
    assert facts.words["reseller"] == "Wingtip"


def word(cast: Cast, version: int, subject: str | None, text: str | None) -> None:
    about = {"partner_id": cast.fabrikam.id, "kind": "agreement", "language": Language.ENGLISH, "version": version}
    with transaction() as session:
        session.add(MailTemplate(**about, subject=subject, text=text, created_by="Ana", created_at=acts.now()))


def test_the_partner_s_newest_wording_holds_until_it_is_reset(cast: Cast) -> None:
    story = cast.customer()
    story.invite()
    ours = told(story.machine, Owed.INVITATION)[1]
    for version in (1, 2):
        word(cast, version, f"Try {version} for {{{{ company }}}}", "Dear {{ contact }},\n\n{{ link }}\n")
    own = told(story.machine, Owed.INVITATION)[1]
    assert own.subject == "Try 2 for Contoso"
    assert "Dear Maria Ek," in own.text
    assert "/AdminPortal/Home/" in own.text
    assert "on a number you already know" in " ".join(own.text.split()), "how to check it stays ours"
    word(cast, 3, None, None)
    assert told(story.machine, Owed.INVITATION)[1] == ours


@pytest.mark.parametrize("kind", list(InvitationKind))
def test_the_days_left_are_whole_days_until_less_than_one_is_left(cast: Cast, kind: InvitationKind) -> None:
    story = cast.customer()
    invitation = story.invite(kind, expires_in_days=5)
    for hours, left in ((0, 5), (25, 4), (96, 1), (97, 0)):
        facts = told(story.machine, Owed.INVITATION, invitation.created_at + timedelta(hours=hours))[0]
        assert facts.numbers["days_left"] == left
    assert gathered(story.machine, Owed.INVITATION, invitation.expires_at) == [None]
