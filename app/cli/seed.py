"""`assent seed`: a made-up portfolio to try figures on."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from app.cli.shared import ID, as_json, in_app, rules_of, say

PORTFOLIOS = ("mixed", "cloud-agreement")
NAME, COUNTRY = "Northwind Seeds (made up)", "SE"
PERSON, DOMAIN = "Sam Seed", "northwind-seeds.example"
PATIENCE = 1.5  # seconds without a word


@click.command()
@click.option("--machines", required=True, type=click.IntRange(min=1), metavar="N", help="How many agreements.")
@click.option(
    "--portfolio",
    type=click.Choice(PORTFOLIOS),
    default=PORTFOLIOS[0],
    show_default=True,
    help="mixed: every state that owes no mail; cloud-agreement: customers of 2019, each with two agreements.",
)
@click.option("--partner", "partner_id", type=ID, help="Whose customers they become; a made-up partner's if left out.")
@as_json
@in_app
def seed(machines: int, portfolio: str, partner_id: UUID | None, json_: bool) -> None:
    """Add a made-up portfolio to try figures on.

    Customers are there to stay: do this in an instance of its own. Ended halfway, it leaves what it has added whole.

    \b
    Example: ASSENT_INSTANCE=/tmp/try assent seed --machines 100000
    """
    from dataclasses import asdict

    from app import seeding

    began = time.monotonic()
    plan = _plan(machines, portfolio, partner_id)
    sown = asdict(seeding.seed(plan, _progress(machines, began)))
    say({"partnerId": str(plan.partner_id), **sown, "seconds": round(time.monotonic() - began, 1)}, json_)


def _plan(machines: int, portfolio: str, partner_id: UUID | None) -> Any:
    from email.utils import parseaddr

    from app.auth import acts
    from app.core.refusals import Reason, refuse_if
    from app.core.vocabulary import Authority, PartnerType
    from app.db import transaction
    from app.installation import installation
    from app.queries import scope
    from app.seeding import plan
    from app.seeding.portfolios import Portfolio

    with transaction():
        owner = scope.partner(partner_id) if partner_id else _made_up_partner()
        refuse_if(owner.authority is Authority.MIRROR, Reason.NOT_FORWARDED)
        refuse_if(owner.type is PartnerType.RESELLER, Reason.WRONG_PARTNER_TYPE)
    domain = parseaddr(installation().config.mail_from)[1].rpartition("@")[2]
    return plan(acts.console(owner.id), owner.id, Portfolio(portfolio), machines, rules_of(owner.id), domain)


def _made_up_partner() -> Any:
    """A partner with one person, whose address no other run has taken."""
    from app.auth import acts
    from app.commands import partners, staff
    from app.core.vocabulary import PartnerType, Role

    act = acts.console()
    partner = partners.add_partner(act, NAME, PartnerType.DIRECT_BILL, COUNTRY)
    email = f"sam-{partner.id.hex[-8:]}@{DOMAIN}"
    staff.add_staff(act, partner, email, PERSON, [Role.ADMIN_AGENT, Role.GLOBAL_ADMIN])
    return partner


def _progress(machines: int, began: float) -> Callable[[Any], None]:
    """A line on stderr now and then, once it takes long."""
    said = began

    def tell(sown: Any) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= PATIENCE and sown.machines < machines:
            said = now
            click.echo(f"{sown.machines} of {machines} agreements, {sown.machines / (now - began):.0f}/s", err=True)

    return tell
