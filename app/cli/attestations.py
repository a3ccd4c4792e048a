"""`assent attest`, `withdraw`: the partner's word on one customer's agreement."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import click

from app.cli.shared import AS, ID, MOMENT, as_json, in_app, rules_of, say_status


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--first-name", required=True, help="Of the customer's person who agreed.")
@click.option("--last-name", required=True, help="Of the customer's person who agreed.")
@click.option("--email", required=True, help="That person's mailbox.")
@click.option("--phone", help="That person's number, for example +46 8 123 456.")
@click.option(
    "--date", "agreed_at", required=True, type=MOMENT, help="When the customer agreed (UTC); not in the future."
)
@AS
@click.option("--on-behalf-of", metavar='"NAME <MAIL>"', help="The true employee, where an account is shared.")
@as_json
@in_app
def attest(
    customer_id: UUID, agreed_at: datetime, email_as: str, on_behalf_of: str | None, json_: bool, **given: Any
) -> None:
    """Record that the customer agreed, on your word.

    \b
    Example: assent attest CUSTOMER_ID --first-name Maria --last-name Ek --email maria@contoso.example \\
             --date 2026-11-20 --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import attestations
    from app.core.contact import Contact
    from app.db import transaction
    from app.queries import scope

    person = employee(on_behalf_of)
    contact = Contact.parse(given["first_name"], given["last_name"], given["email"], given["phone"])
    with transaction():
        act, _ = acts.staff(email_as, on_behalf_of=person)
        machine, relationship = scope.agreement(act, customer_id)
        attestations.attest(act, machine, relationship, contact, agreed_at, rules_of(machine.partner_id))
    say_status(machine, json_)


def employee(named: str | None) -> str | None:
    from app.core.contact import line

    if named is None:
        return None
    person = line(named, "onBehalfOf")
    if not re.fullmatch(r"[^<>]+ <[^<>@ ]+@[^<>@ ]+>", person):
        raise click.BadParameter('give it as "Name <mail@example.com>"', param_hint="--on-behalf-of")
    return person


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--reason", required=True, help="Why; one line.")
@AS
@as_json
@in_app
def withdraw(customer_id: UUID, reason: str, email_as: str, json_: bool) -> None:
    """Record that the customer no longer agrees.

    The partner then owes cancelling the customer's subscriptions; a task says so.

    \b
    Example: assent withdraw CUSTOMER_ID --reason "asked by phone" --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import attestations
    from app.db import transaction
    from app.queries import scope

    with transaction():
        act, _ = acts.staff(email_as)
        machine, _ = scope.agreement(act, customer_id)
        attestations.withdraw(act, machine, reason)
    say_status(machine, json_)


@click.command()
@click.argument("customer_id", type=ID)
@click.option(
    "--scenario",
    required=True,
    type=click.IntRange(1, 2),
    metavar="1|2",
    help="1: it bought through you before; 2: only through another partner.",
)
@AS
@as_json
@in_app
def block(customer_id: UUID, scenario: int, email_as: str, json_: bool) -> None:
    """Record that the vendor's portal turned the customer away.

    It said: please reach out to your Partner to confirm your acceptance. The agreement then waits for an attestation.

    \b
    Example: assent block CUSTOMER_ID --scenario 1 --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import acceptances
    from app.db import transaction
    from app.queries import scope

    with transaction():
        act, _ = acts.staff(email_as)
        machine, _ = scope.agreement(act, customer_id)
        acceptances.report_refusal(act, machine, scenario)
    say_status(machine, json_)
