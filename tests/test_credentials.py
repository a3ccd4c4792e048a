"""First passwords: who gets a link to one, who may have a new one made, and whose they are not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from app import vault
from app.auth import acts
from app.commands import credentials, customers, invitations, mailpolicies, portal, returns
from app.commands.credentials import First, Whose
from app.commands.customers import Profile
from app.commands.invitations import Ask, open_invitation
from app.core.act import Act
from app.core.contact import Contact
from app.core.vocabulary import ActorKind, InvitationKind, Method, Owed, PartnerType, RelationshipState, Role, TaskKind
from app.db import db, new_id
from app.models import CustomerUser, Machine, Outbox, PortalSession, Record, Relationship, Suppression, Task
from app.outbox import Claimed
from app.queries import mails, reveals
from tests.cast import Cast, Story
from tests.channel import Case, Channel, act, company, done, hire, refused
from tests.rows import change
from tests.web.v1.accounts import FIRST, account

BO = Contact("Bo", "Ek", "bo@elsewhere.example", None)
SECOND = "uvwx-2345-6789-abcd"


@pytest.fixture
def story(cast: Cast) -> Story:
    """A customer with an account."""
    found = cast.customer()
    account(found.relationship)
    return found


def opening(machine: Machine) -> reveals.Opening | None:
    db.session.rollback()
    return reveals.open_of([machine.id], acts.now()).get(machine.id)


def open_now(machine: Machine) -> reveals.Opening:
    found = opening(machine)
    assert found
    return found


def user_of(story: Story | Case) -> CustomerUser:
    db.session.rollback()
    query = select(CustomerUser).where(CustomerUser.customer_id == story.machine.customer_id)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def owed(kind: Owed, machine: Machine) -> list[Outbox]:
    mine = Outbox.payload["machine"].as_string() == str(machine.id)
    return list(db.session.scalars(select(Outbox).where(Outbox.kind == kind, mine)))


def asked(story: Story | Case, to: Contact = BO, **more: Any) -> tuple[Any, ...]:
    """What a new password is made with."""
    return (story.machine, story.relationship, Whose(to, "en"), First("a hash", vault.seal(SECOND)), *more.values())


# With an invitation


def test_a_new_customers_invitation_has_a_link_to_its_first_password(story: Story) -> None:
    story.invite(InvitationKind.NEW_CUSTOMER)
    found = open_now(story.machine)
    assert (found.generation, found.email, found.user_name) == (1, story.relationship.email, user_of(story).user_name)
    assert vault.open_(found.first_password or b"") == FIRST
    [timer] = owed(Owed.REVEAL_EXPIRY, story.machine)
    assert (timer.lane, timer.due_at) == ("timer", found.expires_at)


def test_a_first_password_that_goes_by_mail_is_shown_to_nobody_at_the_partner(story: Story) -> None:
    invitation = story.invite(InvitationKind.NEW_CUSTOMER)
    done(mailpolicies.change, acts.console(), story.cast.fabrikam.id, {"password_in_mail": True})
    mail = db.session.get_one(Outbox, invitation.mail_id)
    row = Claimed(mail.id, mail.partner_id, mail.lane, mail.kind, mail.payload, "", 1, mail.created_at)
    [sent], shown = mails.load([row], acts.now()).values(), mails.preview(invitation.id)
    done(mailpolicies.change, acts.console(), story.cast.fabrikam.id, {"password_in_mail": False})
    assert sent
    assert sent.revealed
    assert vault.open_(sent.revealed.sealed or b"") == FIRST
    assert shown.revealed == replace(sent.revealed, sealed=None)


def test_asked_again_it_has_another_to_the_same_mailbox(story: Story) -> None:
    story.invite(InvitationKind.NEW_CUSTOMER)
    before = open_now(story.machine)
    story.invite(InvitationKind.NEW_CUSTOMER)
    assert (open_now(story.machine).id, open_now(story.machine).generation) == (before.id, 2)


def test_where_there_is_no_first_password_there_is_no_link(story: Story, cast: Cast) -> None:
    story.invite(InvitationKind.AGREEMENT)
    assert opening(story.machine) is None
    change(CustomerUser, CustomerUser.id == user_of(story).id, first_password=None)
    story.invite(InvitationKind.NEW_CUSTOMER)
    assert opening(story.machine) is None
    other = cast.customer()
    other.invite(InvitationKind.NEW_CUSTOMER)
    assert opening(other.machine) is None


@pytest.mark.parametrize("email", ["BO@elsewhere.example", "ÅSA@elsewhere.example"])
def test_with_an_invitation_that_is_taken_back_its_link_ends(story: Story, email: str) -> None:
    invitation = story.invite(InvitationKind.NEW_CUSTOMER, contact=replace(BO, email=email))
    assert open_now(story.machine).email == email
    done(invitations.revoke, story.cast.act(), story.machine, invitation)
    assert opening(story.machine) is None


# Not theirs


def test_a_partner_that_joined_later_has_no_part_in_the_account(story: Story) -> None:
    other, here = company("Tailspin", PartnerType.DIRECT_BILL), story.relationship
    profile = Profile("Contoso", "SE", "en", here.contact, here.domain)
    added = done(customers.add_customer, acts.console(), other, profile)
    who, rules = act(hire(other)), story.cast.rules
    ask = Ask(InvitationKind.NEW_CUSTOMER, BO, "en")
    done(invitations.invite, who, added.machine, added.relationship, ask, rules)
    assert opening(added.machine) is None
    given = (Whose(BO, "en"), First("a hash", b""))
    assert refused(credentials.renew, who, added.machine, added.relationship, *given) == "not-found"


def test_nor_has_a_reseller_that_joined_later(channel: Channel) -> None:
    case = channel.customer()
    account(case.relationship)
    later = act(hire(company("Litware", PartnerType.RESELLER, channel.provider)))
    assert refused(credentials.renew, later, *asked(case)) == "not-found"
    assert done(credentials.renew, act(hire(channel.reseller)), *asked(case))[0].email == BO.email


def test_whoever_may_not_send_credentials_sends_none(story: Story, channel: Channel) -> None:
    seller = act(hire(story.cast.fabrikam, Role.SALES_AGENT))
    assert refused(credentials.renew, seller, *asked(story)) == "role-not-allowed"
    maria = Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, acts.now())
    assert refused(credentials.renew, maria, *asked(story)) == "role-not-allowed"


# Anew


def test_a_new_first_password_ends_all_that_the_former_one_opened(story: Story) -> None:
    user = user_of(story)
    story.invite(InvitationKind.NEW_CUSTOMER)
    before, invitation = open_now(story.machine), open_invitation(story.machine)
    assert invitation
    session = done(portal.identify, acts.clock(), None, story.machine, invitation, user).id
    row, _ = done(credentials.renew, story.cast.act(), *asked(story))
    after = open_now(story.machine)
    assert before.id != after.id == row.id
    kept = user_of(story)
    assert (kept.password_hash, vault.open_(kept.first_password or b""), kept.must_change) == ("a hash", SECOND, True)
    assert db.session.scalars(select(PortalSession.id).where(PortalSession.id == session)).all() == []
    [mail] = owed(Owed.CREDENTIALS, story.machine)
    assert mail.lane == "interactive"
    assert mail.payload == {"reveal": str(row.id), "machine": str(story.machine.id), "generation": 1}


def test_where_the_mail_with_it_does_not_arrive_the_partner_is_told_once(story: Story) -> None:
    done(credentials.renew, story.cast.act(), *asked(story))
    [mail] = owed(Owed.CREDENTIALS, story.machine)
    for _ in range(2):
        done(returns.bounced, acts.console(), returns.mail_of(mail), "5.1.1", "550 5.1.1 no such user")
    about = (Task.machine_id == story.machine.id, Task.kind == TaskKind.MAIL_FAILED)
    [task] = db.session.scalars(select(Task).where(*about))
    assert (task.partner_id, task.note) == (
        story.cast.fabrikam.id,
        "User name and first password did not arrive: 550 5.1.1 no such user",
    )
    assert refused(credentials.renew, story.cast.act(), *asked(story)) == "contact-suppressed"
    done(lambda: db.session.execute(delete(Suppression).where(Suppression.mailbox == BO.email)))


def test_a_link_that_staff_hand_over_themselves_goes_on_record(story: Story) -> None:
    row, _ = done(credentials.renew, story.cast.act(), *asked(story, send=False))
    assert owed(Owed.CREDENTIALS, story.machine) == []
    query = select(Record).where(Record.machine_id == story.machine.id).order_by(Record.number.desc())
    record = db.session.scalars(query).first()
    assert record
    assert (record.event, str(row.id) in record.body) == ("link-copied", True)


def own_password(story: Story) -> None:
    change(CustomerUser, CustomerUser.id == user_of(story).id, must_change=False, first_password=None)


def disabled(story: Story) -> None:
    change(CustomerUser, CustomerUser.id == user_of(story).id, disabled_at=acts.now())


def removed(story: Story) -> None:
    change(Relationship, Relationship.id == story.relationship.id, state=RelationshipState.REMOVED)
    db.session.refresh(story.relationship)


def suppressed(story: Story) -> None:
    about = {"partner_id": story.cast.fabrikam.id, "mailbox": BO.email, "reason": "asked", "created_at": acts.now()}
    done(lambda: db.session.add(Suppression(id=new_id(), **about)))


@pytest.mark.parametrize(
    ("before", "word"),
    [
        (own_password, "already-exists"),
        (disabled, "not-found"),
        (removed, "no-relationship"),
        (suppressed, "contact-suppressed"),
    ],
)
def test_whose_password_is_not_made_anew(story: Story, before: Callable[[Story], None], word: str) -> None:
    before(story)
    assert refused(credentials.renew, story.cast.act(), *asked(story)) == word


def test_none_is_sent_to_the_partner_itself(story: Story) -> None:
    own = Contact("Ana", "Lind", story.cast.ana.email, None)
    assert refused(credentials.renew, story.cast.act(), *asked(story, own)) == "contact-is-partner"
