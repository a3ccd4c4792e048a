"""The agreement: read it, accept or decline, see what was recorded."""

from io import BytesIO

from flask import g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.auth import accounts, acts, visits
from app.auth.visits import Visit
from app.commands import acceptances, handovers
from app.commands.acceptances import Consent
from app.core.agreements import FALLBACK_LANGUAGE, Terms
from app.core.lifecycle import State
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Assurance, InvitationStatus
from app.db import db, transaction
from app.errors import GONE, answer, on_refused
from app.installation import installation
from app.models import AgreementDocument, Blob, Invitation
from app.queries import receipts, rulebooks, versions
from app.tongue import language as spoken
from app.web.pages.forms import Form, placed
from app.web.pages.words import label
from app.web.portal import bp
from app.web.portal.statement import Statement, statement
from app.web.portal.words import BESIDE

# What an answered invitation shows whom it was answered by.
ANSWERED = {InvitationStatus.USED: "portal/accepted.html", InvitationStatus.DECLINED: "portal/declined.html"}


@bp.get("/portal/invitation")
def show() -> ResponseReturnValue:
    """Open to a browser with a live link; what it shows depends on who has been identified."""
    return page(visits.current())


def page(visit: Visit) -> str:
    """The one page there is to see now."""
    terms, text, shown = offered(visit)
    used = visit.invitation.status is InvitationStatus.USED
    receipt = receipts.of(visit.machine, visit.invitation) if used else None
    about = {"visit": visit, "terms": terms, "statement": shown, "document": text, "named": named(visit)}
    about |= {"title": label(terms.type), "receipt": receipt, "account": accounts.user()}
    return render_template(template(visit), **about)


@bp.errorhandler(Refused)
def refused(problem: Refused) -> ResponseReturnValue:
    """A refused step shows the same page again, with the remedy beside its field and what was typed."""
    if problem.reason in GONE:
        return on_refused(problem)
    try:
        visit = visits.current()
        # Of two answers at once one loses the race; whoever sent it is shown the answer there is.
        if problem.reason is Reason.CHANGED_MEANWHILE and settled(visit):
            return page(visit)
        g.form = Form(placed(unsigned(problem, visit), BESIDE))
        return page(visit), answer(problem).status
    except Refused as gone:
        return on_refused(gone)


def unsigned(problem: Refused, visit: Visit) -> Refused:
    """Of the name, where every box was ticked and the name alone is missing."""
    if problem.reason is Reason.NOT_AGREED and ticked() == set(offered(visit)[2].boxes):
        return Refused(problem.reason, field="typedName")
    return problem


def ticked() -> set[str]:
    return {name for name in request.form if request.form[name] == "yes"}


def template(visit: Visit) -> str:
    user = visit.user
    if not visit.identified:
        return "portal/identify.html"
    if named(visit):
        return "portal/handed-over.html"
    if not visit.alive and visit.invitation.status not in ANSWERED:
        raise Refused(Reason.INVITATION_REVOKED)
    if user is not None and user.must_change:
        return "portal/password.html"
    if visit.invitation.status in ANSWERED:
        return ANSWERED[visit.invitation.status]
    return "portal/blocked.html" if visit.machine.state is State.BLOCKED else "portal/agreement.html"


def named(visit: Visit) -> Invitation | None:
    """The invitation of whoever is asked in this person's place."""
    over = visit.invitation.status is InvitationStatus.REVOKED
    return handovers.successor(visit.invitation) if over else None


def settled(visit: Visit) -> bool:
    """True when there is nothing left to answer: it was answered, or somebody else has to."""
    blocked = visit.machine.state is State.BLOCKED
    return visit.invitation.status in ANSWERED or blocked or named(visit) is not None


def offered(visit: Visit) -> tuple[Terms, AgreementDocument | None, Statement]:
    terms = rules(visit).terms(visit.machine.agreement_type, acts.now())
    wanted = language(visit)
    text = versions.document(terms.type, terms.version, visit.relationship.country, (wanted, FALLBACK_LANGUAGE))
    return terms, text, statement(visit, terms, wanted, text)


def rules(visit: Visit) -> Rulebook:
    return rulebooks.of(installation().rules, visit.machine.partner_id)


def language(visit: Visit) -> str:
    """That of the agreement, by the customer's country and the invited person; the page has its reader's own."""
    catalogue = installation().rules.catalogue
    return catalogue.document_language(visit.relationship.country, visit.invitation.language)


def signed_in() -> Visit:
    visit = visits.current()
    user = visit.user
    if not visit.identified or (user is not None and user.must_change):
        raise Refused(Reason.NOT_SIGNED_IN)
    return visit


@bp.get("/portal/agreement/document")
def document() -> ResponseReturnValue:
    """For the identified person: the agreement's text, the very bytes whose hash goes on record."""
    _, text, _ = offered(signed_in())
    if text is None:
        raise Refused(Reason.NOT_FOUND, what="document")
    content = BytesIO(db.session.get_one(Blob, text.sha256).content)
    opens = text.media_type == "application/pdf"
    return send_file(content, text.media_type, as_attachment=not opens, download_name=text.name, max_age=0)


@bp.post("/portal/accept")
def accept() -> ResponseReturnValue:
    """For the identified person; a second click finds the answer recorded and shows it."""
    with transaction():
        visit = signed_in()
        if not settled(visit):
            _accept(visit)
    return redirect(url_for("portal.show"), 303)


def _accept(visit: Visit) -> None:
    act = acts.customer(visit.session)
    # Purchases may have come on record since the person was identified.
    if visit.alive and acceptances.is_barred(visit.machine):
        acceptances.block(act, visit.machine, visit.invitation)
        return
    _, document, shown = offered(visit)
    agreed = ticked() & set(shown.boxes)
    user = visit.user
    consent = Consent(
        statement=shown.text,
        shown_sha256=request.form.get("statement", ""),
        typed_name=request.form.get("typed_name", ""),
        agreed=agreed == set(shown.boxes),
        may_bind=user.is_admin if user else "authority" in agreed,
        assurance=Assurance.TENANT_ACCOUNT if user else Assurance.MAILBOX_CODE,
        language=language(visit),
        statement_language=spoken(),
        document_sha256=document.sha256 if document else None,
    )
    acceptances.accept(act, visit.machine, visit.relationship, visit.invitation, consent, rules(visit))


@bp.post("/portal/decline")
def decline() -> ResponseReturnValue:
    """For the identified person; the partner learns the reason, if one is given."""
    with transaction():
        visit = signed_in()
        if not settled(visit):
            reason = " ".join(request.form.get("reason", "").split())
            acceptances.decline(acts.customer(visit.session), visit.machine, visit.invitation, reason)
    return redirect(url_for("portal.show"), 303)
