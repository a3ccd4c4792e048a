"""Invite somebody who is not a customer yet: to a relationship and to the agreement, in one step."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app.commands import invitations
from app.commands.customers import Profile
from app.core import contact as text
from app.core.languages import spoken
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import InvitationKind, PartnerType
from app.db import transaction
from app.models import Partner
from app.queries import partners
from app.queries.sketches import Whose
from app.web.dashboard import asking, joining, outgoing, page, shell
from app.web.dashboard.asking import Usual
from app.web.dashboard.outgoing import Way
from app.web.dashboard.wordings import faults
from app.web.pages.forms import current, line, placed
from app.web.pages.routes import act

Between = tuple[Partner, Partner | None]


@page.get("/invitations/new", needs=Action.INVITE)
def new_request() -> ResponseReturnValue:
    """The form; of one that was refused, with what was typed."""
    usual, beside = _usual(), joining.partners_beside()
    country = current().value("country", joining.usual_country())
    tag = spoken(usual.language).value
    return render_template(
        "dashboard/invite/newcomer.html",
        countries=joining.all_countries(),
        country=joining.usual_country(),
        reads=joining.languages(country),
        reader=usual.language,
        beside=beside,
        provides=shell.own().type is PartnerType.PROVIDER,
        many=len(beside) > 1,
        tag=tag,
        said=asking.usual_words(shell.own().id, usual.kind, tag),
        **asking.choices(),
    )


def _usual() -> Usual:
    known = joining.usual_language(current().value("country", joining.usual_country()))
    return Usual(InvitationKind.RELATIONSHIP, None, current().value("language", known))


@page.post("/invitations/new", needs=Action.INVITE, again=new_request)
def send_request() -> ResponseReturnValue:
    how = outgoing.way()
    if how is Way.WORDS:
        usual = _usual()
        g.form = asking.Reworded(asking.usual_words(shell.own().id, usual.kind, asking.language(usual)))
        return new_request()
    try:
        (confirms, reseller), about = _between(), _about()
        with transaction():
            rules, ask = shell.rules_of(confirms.id), asking.ask(_usual(), how is Way.SEND)
            row = invitations.invite_newcomer(act(), confirms, reseller, about, ask, rules)
    except Refused as problem:
        raise placed(problem, asking.FIELDS | joining.FIELDS) from problem
    return outgoing.done(row, how)


@page.post("/invitations/new/preview", needs=Action.INVITE)
def preview_request() -> ResponseReturnValue:
    """Nothing is kept or sent."""
    try:
        (confirms, reseller), about = _between(), _about()
        return outgoing.framed(asking.sketch(Whose(confirms, reseller, about.company), asking.ask(_usual())))
    except Refused as problem:
        return outgoing.unframed(problem, faults(problem))


def _between() -> Between:
    named = text.uuid(line("through"))
    refuse_if(named is None and bool(request.form.get("through")), Reason.INVALID_VALUE, field="through")
    return partners.between(shell.own(), named)


def _about() -> Profile:
    country, reads = joining.where()
    domain = text.domain(line("domain")) if line("domain") else None
    company = text.line(line("company"), "companyName")
    return Profile(company, country, reads, asking.contact(_usual()), domain)
