"""A partner's details: what is agreed with it, what can be taken home as proof, and the way to say that it is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar
from uuid import UUID

from flask import Response, g, json, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app.auth import accounts, acts, visits
from app.auth.accounts import Reader
from app.commands import disputes
from app.core.agreements import FALLBACK_LANGUAGE, Terms
from app.core.refusals import Reason, Refused, refuse_if
from app.db import db, transaction
from app.errors import answer
from app.installation import installation
from app.models import AgreementDocument, Blob, Dispute, Machine, Partner, Relationship, Staff, Statement
from app.queries import partnerships, rulebooks, versions
from app.queries.partnerships import Entry
from app.web.pages.forms import Form, line
from app.web.pages.words import label
from app.web.portal import words
from app.web.portal.home import bp

T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """One agreement with a partner, as its customer reads about it."""

    machine: Machine
    entries: list[Entry]
    disputes: list[tuple[Dispute, Staff | None]]
    # The acceptance on record, and the text that it is about, where that is kept here.
    counting: Entry | None
    document: AgreementDocument | None
    terms: Terms

    @property
    def outdated(self) -> bool:
        """A newer version has to be accepted: what is on record does not count for ever, or no more."""
        return self.counting is not None and self.terms.outdated(self.machine.accepted_version)

    @property
    def disputable(self) -> bool:
        return self.counting is not None and not any(dispute.closed_at is None for dispute, _ in self.disputes)


def seen(look: Callable[[Reader], T]) -> T:
    """The first of whoever is known in this browser who may see it; what none may see is not there."""
    readers = accounts.readers()
    for reader in readers:
        try:
            return look(reader)
        except Refused:
            if reader is readers[-1]:
                raise
    raise Refused(Reason.NOT_SIGNED_IN)


@bp.get("/portal/partners/<uuid:partner_id>")
def partner(partner_id: UUID) -> ResponseReturnValue:
    """For a signed-in user, of every partner of the tenant; for who accepted by a mailed code, of the asking one."""
    return details(partner_id)


def details(partner_id: UUID) -> str:
    def look(reader: Reader) -> partnerships.Partnership:
        refuse_if(reader.partner_id not in (None, partner_id), Reason.NOT_FOUND, what="partner id")
        return partnerships.one(reader.customer_id, partner_id)

    found = seen(look)
    standings = [standing(machine, found.relationship) for machine in found.machines]
    about = {"account": accounts.user(), "back": visits.known(), "words": words, "label": label}
    return render_template("portal/partner.html", found=found, standings=standings, **about)


def standing(machine: Machine, relationship: Relationship) -> Standing:
    entries = partnerships.entries(machine)
    counting = next((entry for entry in entries if entry.number == machine.acceptance_number), None)
    document = text(machine, relationship, counting) if counting else None
    terms = rulebooks.of(installation().rules, machine.partner_id).terms(machine.agreement_type, acts.now())
    return Standing(machine, entries, partnerships.disputes(machine), counting, document, terms)


def text(machine: Machine, relationship: Relationship, entry: Entry) -> AgreementDocument | None:
    """The agreement's text that was accepted: the very one on record, else that of the version for this customer."""
    version, country = entry.facts.get("version"), entry.facts.get("country", relationship.country)
    if version is None:
        return None
    languages = (entry.facts.get("language", ""), relationship.language, FALLBACK_LANGUAGE)
    found = versions.document(machine.agreement_type, version, country, languages)
    named = entry.facts.get("documentSha256")
    if named and (found is None or found.sha256 != named):
        return versions.by_hash(machine.agreement_type, version, named)
    return found


def on_record(machine_id: UUID, number: int) -> tuple[Machine, Partner, Entry]:
    def look(reader: Reader) -> tuple[Machine, Partner]:
        return partnerships.agreement(machine_id, reader.customer_id, reader.partner_id)

    machine, partner = seen(look)
    return machine, partner, partnerships.acceptance(machine, number)


@bp.get("/portal/agreements/<uuid:machine_id>/<int(max=2147483647):number>/document")
def accepted_document(machine_id: UUID, number: int) -> ResponseReturnValue:
    """The agreement's text as bytes, as it was accepted."""
    machine, _, entry = on_record(machine_id, number)
    relationship = partnerships.one(machine.customer_id, machine.partner_id).relationship
    found = text(machine, relationship, entry)
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="document")
    content = BytesIO(db.session.get_one(Blob, found.sha256).content)
    return send_file(content, found.media_type, as_attachment=True, download_name=found.name, max_age=0)


@bp.get("/portal/agreements/<uuid:machine_id>/<int(max=2147483647):number>/statement")
def accepted_statement(machine_id: UUID, number: int) -> ResponseReturnValue:
    """The very words that were agreed to, or vouched for."""
    _, _, entry = on_record(machine_id, number)
    kept = db.session.get(Statement, entry.facts.get("statementSha256", ""))
    if kept is None:
        raise Refused(Reason.NOT_FOUND, what="statement")
    content = BytesIO(kept.text.encode())
    return send_file(content, "text/plain", as_attachment=True, download_name=f"statement-{number}.txt", max_age=0)


@bp.get("/portal/agreements/<uuid:machine_id>/<int(max=2147483647):number>/record")
def accepted_record(machine_id: UUID, number: int) -> ResponseReturnValue:
    """The record with its hash, and what it commits to."""
    _, _, entry = on_record(machine_id, number)
    given = json.dumps(partnerships.handed_out(entry), ensure_ascii=False, indent=2)
    answer = Response(given + "\n", mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"record-{number}.json")
    return answer


@bp.post("/portal/agreements/<uuid:machine_id>/dispute")
def dispute(machine_id: UUID) -> ResponseReturnValue:
    """For whoever may read the details: the partner has to answer, and until then its orders are marked as in doubt."""
    try:
        with transaction():
            reader, machine = seen(lambda reader: (reader, _of(reader, machine_id)))
            disputes.open_dispute(reader.act, machine, line("reason"))
    except Refused as problem:
        if problem.reason in (Reason.NOT_FOUND, Reason.NOT_SIGNED_IN):
            raise
        db.session.rollback()
        g.form = Form(problem)
        machine = seen(lambda reader: _of(reader, machine_id))
        # Sent twice: the dispute is there, and is shown.
        if problem.reason is not Reason.ALREADY_EXISTS:
            return details(machine.partner_id), answer(problem).status
    return redirect(url_for("portal.home.partner", partner_id=machine.partner_id), 303)


def _of(reader: Reader, machine_id: UUID) -> Machine:
    return partnerships.agreement(machine_id, reader.customer_id, reader.partner_id)[0]
