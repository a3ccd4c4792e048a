"""Mails about an acceptance on record: receipts for whoever gave it, and word to whom it was vouched for."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.agreements import DAYS_TO_ANSWER
from app.core.contact import uuid
from app.core.evidence import moment
from app.core.languages import spoken
from app.core.mails import MailFacts
from app.core.vocabulary import Assurance, Owed
from app.db import db
from app.models import Record, SealedValue
from app.outbox import Claimed
from app.queries.around import Around, asked_for, contact, inviter, words
from app.queries.colleagues import colleague, mailboxes
from app.queries.notices import responsible, to_partner


@dataclass(frozen=True)
class Recorded:
    """A record, as far as a mail speaks of it; whoever asked to be forgotten is nobody here."""

    number: int
    hash: str
    at: datetime
    facts: dict[str, Any]
    actor: dict[str, Any]
    sealed: dict[str, str]

    def name(self) -> str:
        typed = self.sealed.get("typedName")
        return typed or f"{self.sealed.get('firstName', '')} {self.sealed.get('lastName', '')}".strip()


def recorded(row: Claimed) -> Recorded | None:
    number = row.payload.get("record")
    machine = UUID(row.payload["machine"])
    found = db.session.scalar(select(Record).where(Record.machine_id == machine, Record.number == number))
    if found is None:
        return None
    body = json.loads(found.body)
    values = db.session.execute(
        select(SealedValue.name, SealedValue.value).where(SealedValue.record_id == found.id)
    ).all()
    sealed = {name: str(value) for name, value in values if value is not None}
    return Recorded(found.number, found.hash, found.at, body["facts"], body["actor"], sealed)


def _receipt(record: Recorded) -> dict[str, str | None]:
    version = str(record.facts.get("version", ""))
    return {"version": version, "signer": record.name(), "receipt": record.hash, "number": str(record.number)}


def accepted(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    """A receipt for whoever accepted here, and the news for the partner."""
    record = recorded(row)
    if record is None:
        return None
    told = words(known) | asked_for(known) | _receipt(record)
    said: dict[str, Any] = {"words": told, "days": {"agreed_on": record.at}}
    if row.kind is Owed.ACCEPTED_PARTNER:
        return to_partner(row, known, context, responsible(known), **said)
    if record.facts.get("assurance") == Assurance.IMPORTED:
        return None  # the portal where it was given has thanked for it
    return _to_customer(row, known, context, reply_to=inviter(known), **said)


def attested(row: Claimed, known: Any, context: Around) -> MailFacts | None:
    """The customer learns who vouched for it, and how to object."""
    record = recorded(row)
    if record is None:
        return None
    vouched = record.sealed.get("onBehalfOf") or record.sealed.get("actorName") or known.partner
    stated = moment(record.facts["statedDate"])
    # An objection is best read by somebody else than who vouched.
    voucher = colleague(uuid(record.actor.get("id")))
    others = [box for box in mailboxes(known.partner_id) if box != voucher]
    return _to_customer(
        row,
        known,
        context,
        words=words(known) | _receipt(record) | {"voucher": vouched},
        numbers={"answer_days": DAYS_TO_ANSWER},
        days={"agreed_on": stated, "recorded_on": record.at},
        reply_to=next(iter(others), voucher),
    )


def _to_customer(row: Claimed, known: Any, context: Around, folder: str | None = None, **more: Any) -> MailFacts:
    language = spoken(known.language)
    more.setdefault("words", words(known))
    return MailFacts(
        owed=row.kind,
        folder=folder or row.kind.value,
        language=language,
        to=(contact(known),),
        partner=known.partner,
        agreement=known.agreement_type,
        brand=context.brand(known),
        own=context.own(known, row.kind, language),
        **more,
    )
