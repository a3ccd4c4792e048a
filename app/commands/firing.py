"""The one path: the machine moves, its chain grows by a record, and what the event owes is noted with it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.commands.owing import owe
from app.commands.snapshots import depict
from app.commands.tasks import finish
from app.core.act import Act
from app.core.carrying import Delivery
from app.core.effects import EFFECTS
from app.core.evidence import FIRST_PREV, VERSION, canonical, commitment, digest, stamp
from app.core.facts import Facts
from app.core.lifecycle import Event, State, move
from app.core.vocabulary import AgreementType, NewsType, Note, Owed
from app.db import db, new_id
from app.models import Invitation, Machine, News, Record, SealedValue, Task

# Mails to the customer's people; what goes to the partner's own is not much.
TO_CUSTOMER = (Owed.INVITATION, Owed.ACCEPTED, Owed.ATTESTED)
Clear = str | int | tuple[str, ...] | None
# Where an invitation keeps the moment that a timer waits for; without one nothing is waited for.
DEADLINES = {Owed.INVITATION_EXPIRY: "expires_at", Owed.INVITATION_REMINDING: "reminds_at"}


@dataclass(frozen=True)
class Says:
    """What a record tells: in the clear, and sealed."""

    clear: Mapping[str, Clear] = field(default_factory=dict)
    personal: Mapping[str, str | None] = field(default_factory=dict)


def create_machine(
    act: Act, partner_id: UUID, customer_id: UUID, kind: AgreementType, reseller_id: UUID | None
) -> Machine:
    """Bring a machine into being with record 1."""
    machine = Machine(
        id=new_id(),
        partner_id=partner_id,
        customer_id=customer_id,
        reseller_id=reseller_id,
        agreement_type=kind,
        state=State.UNCONFIRMED,
        since=act.at,
        number=0,
        head=FIRST_PREV,
    )
    db.session.add(machine)
    append(machine, Note.CREATED, None, act, Says())
    return machine


def fire(
    machine: Machine,
    event: Event,
    act: Act,
    facts: Facts,
    says: Says,
    invitation: Invitation | None = None,
    to: str | None = None,
) -> Record:
    """Let the machine decide; when it agrees, write everything that follows into this transaction.

    `to`: the mailbox of the customer's person who is told, where that is not who was invited.
    """
    before = move(machine, event, facts)
    if machine.state is not before:
        machine.since = act.at
    record = append(machine, event, before, act, says, invitation)
    _owe_effects(machine, event, act, record, invitation, invitation.email if invitation else to)
    return record


def note(machine: Machine, word: Note, act: Act, says: Says, assignee_id: UUID | None = None) -> Record:
    """A record that moves nothing, with the news, the mails and the task it owes."""
    record = append(machine, word, machine.state, act, says)
    for mail in EFFECTS[word].mails:
        payload = {"machine": str(machine.id), "invitation": None, "record": record.number}
        owe(act, mail, machine.partner_id, f"{mail}:{record.id}", payload)
    _add_task(machine, word, act, assignee_id)
    return record


def append(
    machine: Machine,
    event: Event | Note,
    before: State | None,
    act: Act,
    says: Says,
    invitation: Invitation | None = None,
) -> Record:
    """Chain one record to the machine and make it news."""
    personal = {**says.personal, **_person(act)}
    sealed = {name: (secrets.token_bytes(16), value) for name, value in personal.items() if value}
    body: dict[str, object] = {
        "v": VERSION,
        "machine": str(machine.id),
        "number": machine.number + 1,
        "prev": machine.head,
        "event": event,
        "before": before,
        "after": machine.state,
        "at": stamp(act.at),
        "actor": act.actor(),
        "facts": {"agreementType": machine.agreement_type}
        | {name: value for name, value in says.clear.items() if value is not None},
        "sealed": {name: commitment(salt, value) for name, (salt, value) in sealed.items()},
    }
    record = Record(
        id=new_id(),
        partner_id=machine.partner_id,
        machine_id=machine.id,
        number=machine.number + 1,
        event=event.value,
        body=canonical(body).decode(),
        hash=digest(body),
        at=act.at,
    )
    machine.number, machine.head = record.number, record.hash
    db.session.add(record)
    db.session.flush()
    db.session.add_all(_sealed(record, name, salt, value) for name, (salt, value) in sealed.items())
    if event in EFFECTS:
        _tell(machine, EFFECTS[event].news, act, before, record, invitation)
    return record


def _sealed(record: Record, name: str, salt: bytes, value: str) -> SealedValue:
    return SealedValue(
        partner_id=record.partner_id,
        record_id=record.id,
        name=name,
        commitment=commitment(salt, value),
        salt=salt,
        value=value,
    )


def tell(machine: Machine, news: NewsType, act: Act, invitation: Invitation | None = None) -> None:
    """Leave a line of news that has no record of its own and moves nothing."""
    _tell(machine, news, act, machine.state, invitation=invitation)


def _tell(
    machine: Machine,
    word: NewsType,
    act: Act,
    before: State | None,
    record: Record | None = None,
    invitation: Invitation | None = None,
) -> None:
    """Leave a line of news; the sequencer numbers it once it is committed."""
    news = News(
        partner_id=machine.partner_id,
        customer_id=machine.customer_id,
        machine_id=machine.id,
        record_id=record.id if record else None,
        type=word,
        at=act.at,
        before=before,
        after=machine.state,
    )
    db.session.add(news)
    depict(news, machine, invitation)


def _person(act: Act) -> dict[str, str | None]:
    return {
        "actorName": act.name,
        "onBehalfOf": act.on_behalf_of,
        "ip": act.ip,
        "userAgent": act.user_agent,
    }


def _owe_effects(
    machine: Machine, event: Event, act: Act, record: Record, invitation: Invitation | None, to: str | None
) -> None:
    effect = EFFECTS[event]
    named = str(invitation.id) if invitation else None
    payload = {"machine": str(machine.id), "invitation": named, "record": record.number}
    for mail in effect.mails:
        asked = invitation if mail is Owed.INVITATION else None
        if asked and asked.delivery is Delivery.NOT_SENT:
            continue  # staff hand its link over themselves
        box = to if mail in TO_CUSTOMER else None
        row = owe(act, mail, machine.partner_id, f"{mail}:{record.id}", payload, to=box)
        if asked:
            asked.mail_id = row
    for timer in effect.timers:
        due: datetime | None = getattr(invitation, DEADLINES[timer], None)
        if invitation and due:
            more = {"generation": invitation.generation}
            owe(act, timer, machine.partner_id, f"{timer}:{record.id}", payload | more, due)
    if effect.closes:
        finish(act, machine, *effect.closes)
    _add_task(machine, event, act, invitation.invited_by if invitation else None)


def _add_task(machine: Machine, event: Event | Note, act: Act, assignee_id: UUID | None) -> None:
    kind = EFFECTS[event].task
    if kind:
        values = {"partner_id": machine.partner_id, "machine_id": machine.id, "assignee_id": assignee_id}
        db.session.add(Task(kind=kind, created_at=act.at, **values))
