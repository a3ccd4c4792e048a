"""`assent customer`, `invite`, `attest`, `withdraw`, `purchase`, `status`: one customer's agreement."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from app.cli.shared import ID, as_json, country, in_app, say
from app.core.vocabulary import Cloud, InvitationKind, PurchaseKind, RelationshipState

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S"])
AS = click.option("--as", "email_as", required=True, metavar="EMAIL", help="The staff member who does this.")


@click.group()
def customer() -> None:
    """Customers: the tenants whose acceptance is needed."""


@customer.command("add")
@click.option("--partner", "partner_id", required=True, type=ID)
@click.option("--company", required=True)
@click.option("--domain", required=True, help="For example contoso.onmicrosoft.com.")
@click.option("--country", "code", required=True, help="Two letters, for example SE.")
@click.option("--language", required=True, help="For example en or sv-SE.")
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
@click.option("--email", required=True, help="The primary contact's mailbox.")
@click.option("--phone")
@click.option("--reseller", "reseller_id", type=ID, help="The indirect reseller it is worked through.")
@click.option("--cloud", type=click.Choice([cloud.value for cloud in Cloud]), default=Cloud.PUBLIC.value)
@click.option("--id", "tenant", type=ID, help="The tenant's own id, if it exists at the vendor already.")
@as_json
@in_app
def add_customer(json_: bool, partner_id: UUID, reseller_id: UUID | None, **given: Any) -> None:
    """Add a customer with its first admin account; the password is shown this once.

    \b
    Example: assent customer add --partner ID --company Contoso --domain contoso.onmicrosoft.com \\
             --country SE --language en --first-name Maria --last-name Ek --email maria@contoso.example
    """
    from app.auth import acts, passwords
    from app.commands import customers
    from app.db import transaction
    from app.queries import scope

    password = passwords.make()
    password_hash = passwords.hashed(password)
    with transaction():
        act = acts.console(partner_id)
        reseller = scope.partner(reseller_id) if reseller_id else None
        added = customers.add_customer(act, scope.partner(partner_id), _profile(**given), reseller)
        tenant = added.relationship.customer
        if added.new_tenant:
            customers.add_user(act, tenant, f"admin@{tenant.domain}", password_hash)
    answer: dict[str, Any] = {"id": str(tenant.id), "state": added.machine.state}
    if added.new_tenant:
        answer["userCredentials"] = {"userName": f"admin@{tenant.domain}", "password": password}
    say(answer, json_)


def _profile(
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
@click.argument("customer_id", type=ID, required=False)
@click.option(
    "--kind", default=InvitationKind.AGREEMENT.value, type=click.Choice([kind.value for kind in InvitationKind])
)
@AS
@click.option("--email", help="Somebody else than the primary contact; then with both names.")
@click.option("--first-name")
@click.option("--last-name")
@click.option("--language", help="Of the mail and the agreement.")
@click.option("--expires-in-days", type=int, default=30, show_default=True)
@click.option("--dap", is_flag=True, help="Also ask for delegated administration rights.")
@click.option("--force", is_flag=True, help="Invite although purchases on record bar direct acceptance.")
@click.option("--company", help="Without CUSTOMER_ID: who is invited to become a customer.")
@click.option("--country", "code", help="Without CUSTOMER_ID: the company's country.")
@click.option("--domain", help="Without CUSTOMER_ID: the company's domain, where known.")
@as_json
@in_app
def invite(customer_id: UUID | None, kind: str, email_as: str, json_: bool, **given: Any) -> None:
    """Invite a customer by mail to accept; without CUSTOMER_ID, somebody who is not a customer yet.

    \b
    Examples: assent invite CUSTOMER_ID --kind agreement --as ana@fabrikam.example
              assent invite --kind relationshipAndAgreement --as ana@fabrikam.example --company Contoso \\
                --country SE --email maria@contoso.example --first-name Maria --last-name Ek
    """
    from app.auth import acts
    from app.commands import invitations
    from app.db import transaction
    from app.installation import installation
    from app.queries import scope
    from app.queries.status import invitation

    if customer_id is None:
        _newcomer_options(kind, given)
    elif given["company"] or given["code"] or given["domain"]:
        raise click.UsageError("--company, --country and --domain describe a newcomer; leave out CUSTOMER_ID then")
    with transaction():
        act, inviter = acts.staff(email_as)
        if customer_id is None:
            added = _newcomer(act, inviter, given)
            machine, relationship = added.machine, added.relationship
        else:
            machine, relationship = scope.agreement(act, customer_id)
        ask = _ask(relationship, inviter, InvitationKind(kind), given)
        warnings = ["direct-acceptance-unavailable"] if invitations.advise(machine, ask.force) else []
        row = invitations.invite(act, machine, relationship, ask, installation().rules)
        answer = invitation(row, warnings)
    say(answer, json_)


def _newcomer_options(kind: str, given: dict[str, Any]) -> None:
    needed = {"--company": "company", "--country": "code", "--email": "email"}
    needed |= {"--first-name": "first_name", "--last-name": "last_name"}
    missing = [option for option, name in needed.items() if not given[name]]
    if kind != InvitationKind.RELATIONSHIP or missing:
        raise click.UsageError(
            "give CUSTOMER_ID, or invite somebody who is not a customer yet with "
            f"--kind relationshipAndAgreement and {', '.join(needed)}"
        )


def _newcomer(act: Any, inviter: Any, given: dict[str, Any]) -> Any:
    from app.commands import customers

    names = ("company", "code", "first_name", "last_name", "email", "domain")
    profile = _profile(**{name: given[name] for name in names}, language=given["language"] or "en")
    return customers.add_customer(act, inviter.partner, profile, state=RelationshipState.REQUESTED)


def _ask(relationship: Any, inviter: Any, kind: InvitationKind, given: dict[str, Any]) -> Any:
    from app.commands.invitations import Ask
    from app.core.contact import Contact, language

    contact = relationship.contact
    if given["email"]:
        contact = Contact.parse(given["first_name"], given["last_name"], given["email"])
    return Ask(
        kind,
        contact,
        language(given["language"] or relationship.language),
        inviter,
        given["expires_in_days"],
        given["dap"],
        given["force"],
    )


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--first-name", required=True, help="Of the customer's person who agreed.")
@click.option("--last-name", required=True)
@click.option("--email", required=True)
@click.option("--phone")
@click.option("--date", "agreed_at", required=True, type=DAY, help="When the customer agreed; not in the future.")
@AS
@click.option("--on-behalf-of", metavar='"NAME <MAIL>"', help="The true employee, where an account is shared.")
@as_json
@in_app
def attest(
    customer_id: UUID, agreed_at: datetime, email_as: str, on_behalf_of: str | None, json_: bool, **given: Any
) -> None:
    """Record that the customer agreed, on the partner's word.

    \b
    Example: assent attest CUSTOMER_ID --first-name Maria --last-name Ek --email maria@contoso.example \\
             --date 2026-11-20 --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import attestations
    from app.core.contact import Contact, line
    from app.db import transaction
    from app.installation import installation
    from app.queries import scope

    at = agreed_at if agreed_at.tzinfo else agreed_at.replace(tzinfo=UTC)
    employee = line(on_behalf_of, "onBehalfOf", required=False) or None
    if employee and not re.fullmatch(r".+ <[^<>@ ]+@[^<>@ ]+>", employee):
        raise click.BadParameter('give it as "Name <mail@example.com>"', param_hint="--on-behalf-of")
    contact = Contact.parse(given["first_name"], given["last_name"], given["email"], given["phone"])
    with transaction():
        act, _ = acts.staff(email_as, on_behalf_of=employee)
        machine, relationship = scope.agreement(act, customer_id)
        attestations.attest(act, machine, relationship, contact, at, installation().rules)
    _say_status(machine, json_)


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--reason", required=True)
@AS
@as_json
@in_app
def withdraw(customer_id: UUID, reason: str, email_as: str, json_: bool) -> None:
    """Record that the customer no longer agrees; its subscriptions must then be cancelled.

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
    _say_status(machine, json_)


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in PurchaseKind]))
@click.option("--date", "bought_on", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--partner", "partner_id", type=ID, help="Through whom, when several partners have the customer.")
@as_json
@in_app
def purchase(customer_id: UUID, kind: str, bought_on: datetime, partner_id: UUID | None, json_: bool) -> None:
    """Record purchase history known from elsewhere; it bars direct acceptance.

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
    _say_status(machine, json_)


@click.command()
@click.argument("customer_id", type=ID)
@click.option("--partner", "partner_id", type=ID, help="Whose, when several partners have the customer.")
@as_json
@in_app
def status(customer_id: UUID, partner_id: UUID | None, json_: bool) -> None:
    """Where the customer's agreement stands.

    \b
    Example: assent status CUSTOMER_ID --json
    """
    from app.auth import acts
    from app.queries import scope

    machine, _ = scope.agreement(acts.console(partner_id), customer_id)
    _say_status(machine, json_)


def _say_status(machine: Any, json_: bool) -> None:
    from app.auth.acts import now
    from app.installation import installation
    from app.queries.status import status as resource

    terms = installation().rules.terms(machine.agreement_type, now())
    say(resource(machine, terms), json_)
