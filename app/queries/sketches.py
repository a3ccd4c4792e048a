"""The mail of an invitation that is not made yet: what it would say, to look at and to word anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.core.languages import Language
from app.core.mails import MailFacts, Own, Revealed
from app.core.vocabulary import AgreementType, InvitationKind, Owed
from app.db import db, new_id
from app.models import Machine, Partner, Relationship, Staff
from app.queries import around, asking


@dataclass(frozen=True)
class Whose:
    """Between whom an invitation is, as mails name them."""

    partner: Partner
    reseller: Partner | None
    company: str
    machine: Machine | None = None
    # Of an account whose first password nobody has seen yet.
    user_name: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What the mail is to ask, of whom, until when."""

    kind: InvitationKind
    first_name: str
    last_name: str
    email: str
    language: str
    expires_at: datetime
    dap: bool = False
    own: Own | None = None


class Sketch:
    """Everything that mails read of an invitation and what is around it."""

    def __init__(self, whose: Whose, wanted: Wanted, inviter: Staff | None) -> None:
        values: Mapping[str, object] = {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}
        machine, own = whose.machine, wanted.own
        self.__dict__.update(values)
        self.id, self.generation = new_id(), 1
        self.subject: str | None = own.subject if own else None
        self.text: str | None = own.text if own else None
        self.html: str | None = own.html if own else None
        self.machine_id = machine.id if machine else None
        self.customer_id = machine.customer_id if machine else self.id
        self.agreement_type = machine.agreement_type if machine else AgreementType.MCA
        self.partner_id, self.partner, self.company = whose.partner.id, whose.partner.name, whose.company
        self.reseller_id = whose.reseller.id if whose.reseller else None
        self.reseller = whose.reseller.name if whose.reseller else None
        self.reseller_mpn = whose.reseller.mpn_id if whose.reseller else None
        self.inviter_name: str | None = inviter.name if inviter else None
        self.inviter_email: str | None = inviter.email if inviter else None


def between(relationship: Relationship, machine: Machine, user_name: str | None = None) -> Whose:
    partner = db.session.get_one(Partner, machine.partner_id)
    named = db.session.get_one(Partner, machine.reseller_id) if machine.reseller_id else None
    return Whose(partner, named, relationship.company, machine, user_name)


def mail(whose: Whose, wanted: Wanted, inviter: Staff | None, now: datetime) -> MailFacts:
    """As it would be sent now; nothing in it opens anything, for there is nothing to open."""
    known = Sketch(whose, wanted, inviter)
    context = around.about({known.id: known}, {}, (), now)
    facts = asking.asking(Owed.INVITATION, known, replace(context, openings={}))
    if not whose.user_name or wanted.kind is not InvitationKind.NEW_CUSTOMER:
        return facts
    words = {**facts.words, "user_name": whose.user_name}
    return replace(facts, words=words, revealed=Revealed(known.id, 1))


def worded(partner_id: UUID, kind: InvitationKind, language: Language) -> Own | None:
    """The partner's own words for such a mail, where it has any."""
    return around.wordings([partner_id]).get((partner_id, kind.value, language))
