"""First passwords of customers' accounts: offer a one-time link to one, make a new one, end the links there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from app.commands.firing import Says, append
from app.commands.history import same_mailbox, staff_mailboxes, suppressed
from app.commands.owing import owe
from app.commands.suppressions import suppress
from app.commands.tasks import UNARRIVED, arrived, ask_once
from app.core.act import Act
from app.core.carrying import Health
from app.core.contact import Contact, is_partners_own, mailbox
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, InvitationKind, Note, Owed, RelationshipState, TaskKind
from app.db import db, new_id
from app.models import CustomerUser, Invitation, Machine, PortalSession, Relationship, Reveal

LIFETIME = timedelta(hours=72)
OWN_PASSWORD = "A password that the user chose"  # noqa: S105  words, not a secret


@dataclass(frozen=True)
class First:
    """A new first password, made before the transaction: hashing takes long on purpose."""

    hash: str = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class Whose:
    """Whose mailbox the link goes to, and in which language."""

    contact: Contact
    language: str


def offer(act: Act, machine: Machine, relationship: Relationship, whose: Whose) -> Reveal | None:
    """A link to the first password of the customer's account; none where it has none (any more) to show.

    Whom an invited person names gets none either: that decision is the partner's.
    """
    user = account(act, relationship)
    if user is None or act.kind is ActorKind.CUSTOMER:
        return None
    db.session.refresh(user, with_for_update=True)
    return _offered(act, machine, user, whose) if user.first_password else None


def account(act: Act, relationship: Relationship) -> CustomerUser | None:
    """The account that was made with the tenant: of no concern to partners and resellers that joined it later."""
    if act.partner_id not in (None, relationship.partner_id, relationship.reseller_id):
        return None
    first = (
        select(Relationship.id)
        .where(Relationship.customer_id == relationship.customer_id)
        .order_by(Relationship.created_at, Relationship.id)
        .limit(1)
    )
    if db.session.scalar(first) != relationship.id:
        return None
    return db.session.scalar(
        select(CustomerUser)
        .where(CustomerUser.customer_id == relationship.customer_id, CustomerUser.disabled_at.is_(None))
        .order_by(CustomerUser.created_at, CustomerUser.id)
        .limit(1)
    )


def _offered(act: Act, machine: Machine, user: CustomerUser, whose: Whose) -> Reveal:
    """The open link of the same mailbox anew, so that the one mailed before dies; another mailbox's ends."""
    row = db.session.scalar(
        select(Reveal)
        .where(Reveal.customer_user_id == user.id, Reveal.revealed_at.is_(None), Reveal.expires_at > act.at)
        .order_by(Reveal.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if row and mailbox(row.email) == mailbox(whose.contact.email):
        row.generation += 1
        row.machine_id, row.expires_at = machine.id, act.at + LIFETIME
        row.session = row.identified_at = row.code_expires_at = None
    else:
        end(act, Reveal.customer_user_id == user.id)
        row = _reveal(act, machine, user, whose)
    wipe_at(act, row, row.expires_at)
    return row


def _reveal(act: Act, machine: Machine, user: CustomerUser, whose: Whose, id: UUID | None = None) -> Reveal:
    row = Reveal(
        id=id or new_id(),
        partner_id=machine.partner_id,
        customer_user_id=user.id,
        machine_id=machine.id,
        generation=1,
        first_name=whose.contact.first_name,
        last_name=whose.contact.last_name,
        email=whose.contact.email,
        language=whose.language,
        code_number=0,
        code_tries=0,
        created_at=act.at,
        expires_at=act.at + LIFETIME,
    )
    db.session.add(row)
    return row


def wipe_at(act: Act, row: Reveal, due: datetime) -> None:
    """Look then whether the password has to go. One owed before stays owed and will find nothing to do."""
    payload = {"reveal": str(row.id), "machine": str(row.machine_id)}
    dedupe = f"{Owed.REVEAL_EXPIRY}:{row.id}:{row.generation}:{'used' if row.revealed_at else 'open'}"
    owe(act, Owed.REVEAL_EXPIRY, row.partner_id, dedupe, payload, due)
    db.session.flush()


def renew(
    act: Act, machine: Machine, relationship: Relationship, whose: Whose, first: First, send: bool = True
) -> tuple[Reveal, CustomerUser]:
    """A new first password in the place of one that was lost, and a link to it; all that led to the former one dies.

    A password that the user chose is the user's own: staff cannot replace it.
    """
    require(act, Action.SEND_CREDENTIALS)
    refuse_if(relationship.state is RelationshipState.REMOVED, Reason.NO_RELATIONSHIP)
    _check_mailbox(machine, whose.contact)
    user, id = account(act, relationship), new_id()
    if user is None:
        raise Refused(Reason.NOT_FOUND, what="user account")
    if not send:
        _hand_over(act, machine, id)
    db.session.refresh(user, with_for_update=True)
    refuse_if(not user.must_change, Reason.ALREADY_EXISTS, what=OWN_PASSWORD)
    user.password_hash, user.first_password = first.hash, first.sealed
    db.session.execute(delete(PortalSession).where(PortalSession.customer_user_id == user.id))
    end(act, Reveal.customer_user_id == user.id)
    row = _reveal(act, machine, user, whose, id)
    wipe_at(act, row, row.expires_at)
    arrived(act, machine)
    if send:
        payload = {"reveal": str(id), "machine": str(machine.id), "generation": row.generation}
        owe(act, Owed.CREDENTIALS, row.partner_id, f"{Owed.CREDENTIALS}:{id}:{row.generation}", payload)
    return row, user


def _check_mailbox(machine: Machine, contact: Contact) -> None:
    """Somebody's at the customer: staff could read what goes to their own."""
    own = is_partners_own(contact.email, staff_mailboxes(machine.partner_id, machine.reseller_id))
    refuse_if(own, Reason.CONTACT_IS_PARTNER)
    refuse_if(suppressed(machine.partner_id, contact.email), Reason.CONTACT_SUPPRESSED)


def _hand_over(act: Act, machine: Machine, id: UUID) -> None:
    """Staff are shown the link: whoever saw it could have followed it, so that it goes on record."""
    require(act, Action.LIVE_LINK)
    append(machine, Note.LINK_COPIED, machine.state, act, Says(clear={"reveal": str(id)}))


def undelivered(act: Act, payload: Mapping[str, str], answer: str, *, gone: bool) -> None:
    """The mail with the link came back or was given up: nobody else can know that the customer still waits."""
    row = db.session.get_one(Reveal, UUID(payload["reveal"]))
    machine = db.session.get_one(Machine, UUID(payload["machine"]))
    if gone:
        suppress(act, machine, row.email, Health.BOUNCED.value)
    note = f"{UNARRIVED}: {answer}"
    ask_once(replace(act, partner_id=machine.partner_id), TaskKind.MAIL_FAILED, machine, note, same=True)


def end(act: Act, *whose: ColumnElement[bool]) -> None:
    """These links show nothing any more."""
    db.session.execute(update(Reveal).where(Reveal.expires_at > act.at, *whose).values(expires_at=act.at))


def end_with(act: Act, invitation: Invitation) -> None:
    """The links that this invitation's mails carry die with it."""
    if invitation.kind is InvitationKind.NEW_CUSTOMER:
        end(act, Reveal.machine_id == invitation.machine_id, same_mailbox(Reveal.email, invitation.email))
