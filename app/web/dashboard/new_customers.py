"""Add a customer in three steps: who it is, how its agreement is to be confirmed, a last look at everything."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.auth import firsts
from app.commands import attestations, customers, drafts
from app.commands.attestations import Claim
from app.commands.customers import Added
from app.commands.drafts import Prepare
from app.core.permissions import Action
from app.core.refusals import Refused
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.models import Draft
from app.tongue import N_, gettext
from app.web.dashboard import confirming, joining, page, shell
from app.web.dashboard.joining import ACCOUNT, AGREEMENT, Account, Agreed
from app.web.pages.forms import current, line, placed
from app.web.pages.routes import act

STEPS = ("account", "agreement", "review")
NAMES = (N_("Company and contact"), N_("Agreement"), N_("Check"), N_("First sign-in"))


@page.get("/customers/new", needs=Action.ADD_CUSTOMER)
def new_customer() -> ResponseReturnValue:
    """The first step; or, of a form that was refused, the step where that can be mended."""
    form = current()
    typed = request.form.get("step", STEPS[0])
    if form.at in ACCOUNT or not form.sent:
        return _account()
    if form.at in AGREEMENT or typed == "agreement":
        return _agreement(joining.account())
    return _review() if typed == "review" else _account()


@page.post("/customers/new", needs=Action.ADD_CUSTOMER, again=new_customer)
def add_customer() -> ResponseReturnValue:
    """From step to step nothing is kept: what was answered travels along, and is looked at again each time."""
    to = request.form.get("to", "")
    if to == "account":
        return _account()
    try:
        who = joining.account()
        if to == "agreement":
            return _agreement(who)
        agreed = joining.agreed(who)
        return _review() if to == "review" else _added(who, agreed)
    except Refused as problem:
        raise placed(problem, joining.FIELDS) from problem


@page.get("/customers/new/languages", needs=(Action.ADD_CUSTOMER, Action.INVITE))
def offered_languages() -> ResponseReturnValue:
    """The languages that a country's documents are offered in, for the form that asks for one."""
    return render_template("dashboard/new_customer/_languages.html", **_languages())


def _languages() -> dict[str, object]:
    country = current().value("country", joining.usual_country())
    return {"reads": joining.languages(country), "reader": joining.usual_language(country)}


def _account() -> str:
    beside, provides = joining.partners_beside(), shell.own().type is PartnerType.PROVIDER
    words = {"beside": beside, "provides": provides, "many": len(beside) > 1}
    where = {"countries": joining.all_countries(), "country": joining.usual_country()}
    return _step(0, AGREEMENT, **words, **where, **_languages())


def _agreement(who: Account) -> str:
    return _step(1, ACCOUNT, who=who, today=act().at.date())


def _review() -> str:
    who = joining.account()
    agreed = joining.agreed(who)
    return _step(2, (*ACCOUNT, *AGREEMENT), who=who, agreed=agreed, statement=who.statement if agreed else None)


def _step(number: int, carried: tuple[str, ...], **words: object) -> str:
    names = [gettext(name) for name in NAMES]
    here = {"names": names, "number": number + 1, "step": STEPS[number], "carried": carried}
    return render_template(f"dashboard/new_customer/{STEPS[number]}.html", **here, **words)


def _added(who: Account, agreed: Agreed | None) -> ResponseReturnValue:
    """The password is shown in this answer and nowhere else."""
    claim = None
    if agreed and not who.decided_elsewhere:
        claim = confirming.vouched(who.statement)
    first = firsts.make()
    with transaction():
        added = customers.add_customer(act(), who.confirming, who.profile, who.reseller)
        user = customers.add_admin(act(), added, first.hash, first.sealed)
        draft = _confirm(who, added, agreed, claim) if agreed else None
    words = {"who": who, "agreed": agreed, "draft": draft, "relationship": added.relationship}
    shown = {"user_name": user.user_name, "password": first.plain} if user else {"user_name": None}
    names = [gettext(name) for name in NAMES]
    return render_template("dashboard/new_customer/added.html", names=names, **words, **shown), 201


def _confirm(who: Account, added: Added, agreed: Agreed, claim: Claim | None) -> Draft | None:
    """Vouch for it at once, or prepare it for whoever decides."""
    machine, relationship, rules = added.machine, added.relationship, shell.rules_of(who.confirming.id)
    if claim is None:
        ask = Prepare(agreed.contact, agreed.at, line("note") or None)
        return drafts.submit(act(), machine, relationship, ask, rules)
    attestations.attest(act(), machine, relationship, agreed.contact, agreed.at, rules, claim=claim)
    return None
