"""`assent customer`, `purchase`, `status`: the tenants whose acceptance is needed, and where each stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from app.cli.shared import AS, ID, MOMENT, as_json, country, in_app, say, say_status, spread
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import Cloud, PurchaseKind


@click.group()
def customer() -> None:
    """Customers: the tenants whose acceptance is needed."""


@customer.command("add")
@click.option("--partner", "partner_id", required=True, type=ID, help="Whose customer it is.")
@click.option("--company", required=True, help="The company's name.")
@click.option("--domain", required=True, help="For example contoso.onmicrosoft.com.")
@click.option("--country", "code", required=True, metavar="CC", help="Two letters, for example SE.")
@click.option("--language", required=True, help="Of mails and the agreement, for example en or sv-SE.")
@click.option("--first-name", required=True, help="Of the primary contact.")
@click.option("--last-name", required=True, help="Of the primary contact.")
@click.option("--email", required=True, help="The primary contact's mailbox.")
@click.option("--phone", help="The primary contact's number, for example +46 8 123 456.")
@click.option("--reseller", "reseller_id", type=ID, help="The indirect reseller it is worked through.")
@click.option(
    "--cloud",
    type=click.Choice([cloud.value for cloud in Cloud]),
    default=Cloud.PUBLIC.value,
    show_default=True,
    help="Acceptance exists in the public cloud only.",
)
@click.option("--id", "tenant", type=ID, help="The tenant's own id, if it exists at the vendor already.")
@as_json
@in_app
def add_customer(json_: bool, partner_id: UUID, reseller_id: UUID | None, **given: Any) -> None:
    """Add a customer with its first admin account.

    The account's password is shown this once. A tenant that another partner brought in keeps its id and its accounts.

    \b
    Example: assent customer add --partner ID --company Contoso --domain contoso.onmicrosoft.com \\
             --country SE --language en --first-name Maria --last-name Ek --email maria@contoso.example
    """
    from app.auth import acts, firsts
    from app.commands import customers
    from app.db import transaction
    from app.queries import scope

    about = profile(**given)
    first = firsts.make()
    with transaction():
        act = acts.console(partner_id)
        reseller = scope.partner(reseller_id) if reseller_id else None
        added = customers.add_customer(act, scope.partner(partner_id), about, reseller)
        user = customers.add_admin(act, added, first.hash, first.sealed)
    answer: dict[str, Any] = {"id": str(added.relationship.customer_id), "state": added.machine.state}
    if user:
        answer["userCredentials"] = {"userName": user.user_name, "password": first.plain}
    once = "\nThe password is not shown again." if user else ""
    say(answer, json_, spread(answer) + once)


@customer.command("credentials")
@click.argument("customer_id", type=ID)
@AS
@click.option("--email", help="Somebody else than the primary contact; then with both names.")
@click.option("--first-name", help="Of the person with that --email.")
@click.option("--last-name", help="Of the person with that --email.")
@as_json
@in_app
def send_credentials(customer_id: UUID, email_as: str, json_: bool, **person: str | None) -> None:
    """Mail a link to a new first password.

    It is of the customer's first admin. The link shows user name and password once; the former password and the links
    to it are dead. Users that have chosen a password of their own keep it.

    \b
    Example: assent customer credentials CUSTOMER_ID --as ana@fabrikam.example
    """
    from app.auth import acts, firsts
    from app.commands.credentials import First, Whose, renew
    from app.core.contact import Contact
    from app.core.evidence import stamp
    from app.db import transaction
    from app.queries import scope

    given = [person["first_name"], person["last_name"], person["email"]]
    if any(given) and not all(given):
        raise click.UsageError("--email, --first-name and --last-name name one person; give all three or none")
    made = firsts.make()
    first = First(made.hash, made.sealed)
    with transaction():
        act = acts.staff(email_as)[0]
        machine, relationship = scope.agreement(act, customer_id)
        contact = Contact.parse(*map(str, given)) if any(given) else relationship.contact
        row, user = renew(act, machine, relationship, Whose(contact, relationship.language), first)
    say({"userName": user.user_name, "expiresAt": stamp(row.expires_at), "sentTo": row.email}, json_)


def profile(
    company: str,
    code: str,
    language: str,
    first_name: str,
    last_name: str,
    email: str,
    phone: str | None = None,
    domain: str | None = None,
    cloud: str = Cloud.PUBLIC,
    tenant: UUID | None = None,
) -> Any:
    from app.commands.customers import Profile
    from app.core.contact import Contact

    contact = Contact.parse(first_name, last_name, email, phone)
    return Profile(company, country(code), language, contact, domain, Cloud(cloud), tenant)


@click.command()
@click.argument("customer_id", type=ID)
@click.option(
    "--kind",
    required=True,
    type=click.Choice([kind.value for kind in PurchaseKind]),
    help="What was bought; an auto-renewal bars nothing.",
)
@click.option("--date", "bought_on", required=True, type=MOMENT, help="The day it was bought; not in the future.")
@click.option("--partner", "partner_id", type=ID, help="Through whom, when several partners have the customer.")
@as_json
@in_app
def purchase(customer_id: UUID, kind: str, bought_on: datetime, partner_id: UUID | None, json_: bool) -> None:
    """Record purchase history known from elsewhere.

    A customer that has bought before and has no acceptance on record cannot accept by itself.

    \b
    Example: assent purchase CUSTOMER_ID --kind azure-plan --date 2025-03-01
    """
    from app.auth import acts
    from app.commands import customers
    from app.db import transaction
    from app.queries import scope

    with transaction():
        act = acts.console(partner_id)
        machine, relationship = scope.agreement(act, customer_id)
        customers.record_purchase(act, relationship, PurchaseKind(kind), bought_on.date())
    say_status(machine, json_)


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--partner", "partner_id", type=ID, help="Whose, when several partners have the customer.")
@as_json
@in_app
def status(customer_id: UUID, partner_id: UUID | None, json_: bool) -> None:
    """Show where a customer's agreement stands.

    \b
    Example: assent status CUSTOMER_ID --json
    """
    from app.auth import acts
    from app.queries import scope

    machine, _ = scope.agreement(acts.console(partner_id), customer_id)
    say_status(machine, json_)


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--as", "email_as", metavar="EMAIL", help="As this staff member sees it; the operator if left out.")
@as_json
@in_app
def timeline(customer_id: UUID, email_as: str | None, json_: bool) -> None:
    """Show what happened to a customer's agreements, in order.

    Records and drafts alike; both sides of a draft see the same.

    \b
    Example: assent timeline CUSTOMER_ID
    """
    from app.auth import acts
    from app.core.permissions import Action, require
    from app.queries import scope
    from app.queries import timeline as queries

    act = acts.staff(email_as)[0] if email_as else acts.console()
    require(act, Action.VIEW)
    if email_as:
        scope.relationship(act, customer_id)
    items = queries.of(act, customer_id)
    refuse_if(not items, Reason.NOT_FOUND, what="customer id")
    say({"items": items, "totalCount": len(items)}, json_, "\n".join(map(_moment, items)))


def _moment(item: dict[str, Any]) -> str:
    who = item.get("onBehalfOf") or item.get("actorName") or item.get("role") or ""
    state = f" → {item['state']}" if "state" in item else ""
    prepared = f", prepared by {item['preparedBy']}" if "preparedBy" in item else ""
    about = f" ({item['firstName']} {item['lastName']})" if "firstName" in item else ""
    why = f": {item['reason']}" if "reason" in item else ""
    return f"{item['at']}  {item['event']}{state}{about}  {who}{prepared}{why}".rstrip()
