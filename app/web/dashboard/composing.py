"""Invite a customer: what for, whom, in which words; the mail is seen before it goes, and goes in one of three ways."""

from dataclasses import replace
from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from app.commands import invitations
from app.core.languages import spoken
from app.core.permissions import Action
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused
from app.db import transaction
from app.errors import on_page
from app.models import Machine, Relationship
from app.queries import chosen, scope, sketches
from app.queries.chosen import Chosen
from app.web.dashboard import asking, outgoing, page, shell
from app.web.dashboard.asking import Usual
from app.web.dashboard.outgoing import Way
from app.web.dashboard.wordings import faults
from app.web.pages.forms import placed
from app.web.pages.routes import act


def _known(customer_id: UUID) -> tuple[Machine, Relationship, Chosen, Usual]:
    machine, relationship = scope.agreement(act(), customer_id)
    row = chosen.one(act(), machine, relationship)
    return machine, relationship, row, Usual(row.kind, relationship.contact, relationship.language)


@page.get("/customers/<uuid:customer_id>/invite", needs=Action.INVITE)
def compose(customer_id: UUID) -> ResponseReturnValue:
    """The form; of one that was refused, with what was typed."""
    machine, relationship, row, usual = _known(customer_id)
    try:
        asked, tag = asking.kind(usual), asking.language(usual)
    except Refused:
        asked, tag = usual.kind, usual.language
    word = _standing(row, shell.rules_of(machine.partner_id))
    return render_template(
        "dashboard/invite/page.html",
        relationship=relationship,
        machine=machine,
        row=row,
        usual=usual,
        standing=on_page(Refused(word, cloud=relationship.customer.cloud)).remedy if word else None,
        tag=spoken(usual.language).value,
        said=asking.usual_words(machine.partner_id, asked, tag),
        **asking.choices(),
    )


def _standing(row: Chosen, rules: Rulebook) -> Reason | None:
    """What stands in the way whoever is invited."""
    word = chosen.objections([replace(row, barred=False)], act(), {row.machine.partner_id: rules})[0]
    depends = (Reason.CONTACT_SUPPRESSED, Reason.CONTACT_IS_PARTNER)
    return None if word in depends else word


@page.post("/customers/<uuid:customer_id>/invite", needs=Action.INVITE, again=compose)
def send_invitation(customer_id: UUID) -> ResponseReturnValue:
    how = outgoing.way()
    if how is Way.WORDS:
        return _reworded(customer_id)
    try:
        with transaction():
            machine, relationship, _, usual = _known(customer_id)
            ask = asking.ask(usual, how is Way.SEND)
            row = invitations.invite(act(), machine, relationship, ask, shell.rules_of(machine.partner_id))
    except Refused as problem:
        raise placed(problem, asking.FIELDS) from problem
    return outgoing.done(row, how)


def _reworded(customer_id: UUID) -> ResponseReturnValue:
    """The form again with the usual words of what it asks for now."""
    machine, _, _, usual = _known(customer_id)
    words = asking.usual_words(machine.partner_id, asking.kind(usual), asking.language(usual))
    g.form = asking.Reworded(words)
    return compose(customer_id)


@page.get("/customers/<uuid:customer_id>/invite/preview", needs=Action.INVITE)
def show_preview(customer_id: UUID) -> ResponseReturnValue:
    return _preview(customer_id)


@page.post("/customers/<uuid:customer_id>/invite/preview", needs=Action.INVITE)
def preview_invitation(customer_id: UUID) -> ResponseReturnValue:
    """Nothing is kept or sent."""
    return _preview(customer_id)


def _preview(customer_id: UUID) -> ResponseReturnValue:
    machine, relationship, row, usual = _known(customer_id)
    try:
        whose = sketches.between(relationship, machine, row.user_name)
        return outgoing.framed(asking.sketch(whose, asking.ask(usual)))
    except Refused as problem:
        return outgoing.unframed(problem, faults(problem))
