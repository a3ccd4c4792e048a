"""The form by which staff confirm that a customer agreed: what it shows, what it brings, and what becomes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import render_template, request, url_for

from app.commands import attestations, drafts, statements
from app.commands.attestations import Claim
from app.commands.drafts import Prepare
from app.commands.files import LARGEST, MOST, File
from app.core.agreements import Terms
from app.core.contact import Contact
from app.core.permissions import Action
from app.core.policy import Rulebook, start_of
from app.core.refusals import Reason, Refused, refuse_if
from app.core.steps import OBJECTIONS
from app.core.vocabulary import AgreementType, Authority, PartnerType
from app.errors import on_page
from app.installation import installation
from app.models import Draft, Machine, Relationship
from app.queries import confirmed, queue, rulebooks, scope, subjects
from app.queries.confirmed import Confirmed
from app.queries.subjects import Known
from app.tongue import gettext, language
from app.web.dashboard import shell
from app.web.pages import words
from app.web.pages.forms import line, placed
from app.web.pages.routes import act

ROOM_FOR_FILES = MOST * LARGEST + 64 * 1024
# Where on the form a refusal of the machine belongs.
FIELDS = {Reason.ALREADY_CONFIRMED: "firstName", Reason.DATE_IN_FUTURE: "dateAgreed"}


@dataclass(frozen=True)
class Statement:
    """The words that somebody vouches for: paragraphs, and last the label of the box."""

    text: str

    @property
    def sha256(self) -> str:
        return statements.digest(self.text)

    @property
    def paragraphs(self) -> list[str]:
        return self.text.splitlines()[:-1]

    @property
    def label(self) -> str:
        return self.text.splitlines()[-1]


@dataclass(frozen=True)
class Asked:
    """One agreement of one customer, as somebody is about to confirm it."""

    known: Known
    machine: Machine
    rules: Rulebook
    # What this person can do with it here: attest, prepare a draft for somebody else, or neither and why.
    way: Action | None
    reason: Reason | None

    @property
    def relationship(self) -> Relationship:
        return self.known.relationship

    @property
    def terms(self) -> Terms | None:
        on_offer = self.rules.catalogue.offered(self.machine.agreement_type, act().at)
        return self.rules.terms(self.machine.agreement_type, act().at) if on_offer else None

    @property
    def current(self) -> Confirmed | None:
        return confirmed.of(act(), self.machine)

    @property
    def remedy(self) -> str | None:
        """Why nothing can be confirmed here, and what to do instead."""
        return on_page(Refused(self.reason, **self._data)).remedy if self.reason else None

    @property
    def _data(self) -> dict[str, object]:
        state = words.state(self.machine.state).label
        facts: dict[str, object] = {
            "state": state,
            "event": words.label(Action.ATTEST),
            "cloud": self.relationship.customer.cloud,
        }
        return facts | {"what": gettext("A draft for this customer")}

    @property
    def drafts(self) -> bool:
        return self.way is Action.SUBMIT_DRAFT

    @property
    def resells(self) -> bool:
        return act().partner_type is PartnerType.RESELLER

    @property
    def mirrors(self) -> bool:
        return self.known.partner.authority is Authority.MIRROR

    @property
    def pending(self) -> Draft | None:
        """The draft that waits for a decision."""
        return queue.waiting(act(), self.machine)

    @property
    def statement(self) -> Statement:
        return stated(self.relationship, self.terms) if self.terms else Statement("\n")


def asked(customer_id: UUID, kind: AgreementType = AgreementType.MCA) -> Asked:
    machine, relationship = scope.agreement(act(), customer_id, kind)
    known = subjects.around(relationship, act().at)
    rules = rulebooks.of(installation().rules, machine.partner_id)
    case = known.case(kind, act().at, rules)
    no, neither = (OBJECTIONS[one](act(), case) for one in (Action.ATTEST, Action.SUBMIT_DRAFT))
    if no is None:
        return Asked(known, machine, rules, Action.ATTEST, None)
    second = no in (Reason.SECOND_PERSON_NEEDED, Reason.RESELLER_CANNOT_ATTEST)
    if second and neither is None:
        return Asked(known, machine, rules, Action.SUBMIT_DRAFT, None)
    return Asked(known, machine, rules, None, (neither if second else no) or no)


def kind_asked() -> AgreementType:
    """Which agreement the address means."""
    named = request.values.get("type") or request.args.get("agreementType") or AgreementType.MCA
    refuse_if(named not in list(AgreementType), Reason.NOT_FOUND, what="agreement type")
    return AgreementType(named)


def stated(relationship: Relationship, terms: Terms) -> Statement:
    """In the reader's language; no person stands in it, for it is kept when somebody asks to be forgotten."""
    partner = shell.own().name
    roles = [words.label(role) for role in sorted(act().roles)]
    facts = {"relationship": relationship, "terms": terms, "partner": partner, "roles": roles}
    text = render_template("dashboard/attest/statement.txt", **facts)
    return Statement("\n".join(filter(None, (part.strip() for part in text.splitlines()))))


def vouched(statement: Statement) -> Claim:
    """The words as they stood on the page, once their box is ticked."""
    refuse_if(request.form.get("statement") != statement.sha256, Reason.TERMS_CHANGED)
    refuse_if(request.form.get("vouch") != "yes", Reason.NOT_VOUCHED, field="vouch")
    return Claim(statement.text, language().value)


def confirm(what: Asked) -> Draft | None:
    """Attest, or hand in a draft where somebody else decides: that draft then."""
    ask = brought()
    try:
        if what.drafts:
            return drafts.submit(act(), what.machine, what.relationship, ask, what.rules)
        claim = vouched(what.statement)
        said = Claim(claim.words, claim.language, ask.files)
        attestations.attest(act(), what.machine, what.relationship, ask.contact, ask.agreed_at, what.rules, claim=said)
    except Refused as problem:
        raise placed(problem, FIELDS) from problem
    return None


def brought() -> Prepare:
    """Who agreed, when, and what supports it, as the form brings it."""
    contact = Contact.parse(line("first_name"), line("last_name"), line("email"), line("phone") or None)
    return Prepare(contact, agreed_on(line("date")), line("note") or None, files())


def agreed_on(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(Reason.MISSING_FIELD, field="dateAgreed") from error
    refuse_if(start_of(day) > act().at, Reason.DATE_IN_FUTURE, field="dateAgreed")
    return start_of(day)


def files() -> list[File]:
    """A field that was left alone sends one file without a name."""
    sent = [file for file in request.files.getlist("files") if file.filename]
    refuse_if(len(sent) > MOST, Reason.INVALID_FILE, field="files", name=str(len(sent)), most=MOST)
    return [_file(str(file.filename), file.mimetype, file.read()) for file in sent]


def _file(name: str, media_type: str, content: bytes) -> File:
    try:
        return File.parse(name, media_type, content)
    except Refused as problem:
        raise Refused(Reason.INVALID_FILE, field="files", name=name[:100], most=MOST) from problem


def decided_by(what: Asked) -> str:
    """Whose move it is once the draft is handed in."""
    if what.resells:
        return gettext(
            "The draft is with %(partner)s now, who approves or returns it.", partner=what.known.partner.name
        )
    return gettext("The draft is handed in. A colleague of yours approves or returns it.")


def told(what: Asked, draft: Draft | None) -> str:
    """Say what was done; answers where it can be seen."""
    if draft is not None:
        shell.told(decided_by(what))
        return url_for("dashboard.draft", draft_id=draft.id)
    shell.told(gettext("Your word is on record: %(company)s has accepted.", company=what.relationship.company))
    return at_customer(what.relationship.customer_id)


def at_customer(customer_id: UUID) -> str:
    return url_for("dashboard.customer", customer_id=customer_id)
