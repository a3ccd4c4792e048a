"""`assent invite`, `assent invitation`: ask a customer, or somebody who is not one yet, to accept; see and end it."""

from typing import Any
from uuid import UUID

import click

from app.cli.customers import profile
from app.cli.mailpolicy import REMINDERS
from app.cli.shared import AS, ID, as_json, in_app, rules_of, say
from app.core.vocabulary import InvitationKind

MOST = 100


@click.command()
@click.argument("customer_id", type=ID, required=False)
@click.option(
    "--kind",
    default=InvitationKind.AGREEMENT.value,
    show_default=True,
    type=click.Choice([kind.value for kind in InvitationKind]),
    help="What is asked for.",
)
@AS
@click.option("--email", help="Somebody else than the primary contact; then with both names.")
@click.option("--first-name", help="Of the person with that --email.")
@click.option("--last-name", help="Of the person with that --email.")
@click.option("--language", help="Of mail and agreement; the customer's if left out.")
@click.option(
    "--expires-in-days",
    type=click.IntRange(1, 365),
    metavar="DAYS",
    default=30,
    show_default=True,
    help="How long the link works, 1 to 365.",
)
@click.option("--dap", is_flag=True, help="Also ask for delegated administration rights.")
@click.option("--reminders", type=REMINDERS, help="Days after the invitation, such as 3,7; or off.")
@click.option("--time-zone", help="Where the contact is, such as Europe/Stockholm; else anywhere in the country.")
@click.option("--force", is_flag=True, help="Invite although purchases on record bar direct acceptance.")
@click.option("--company", help="Without CUSTOMER_ID: who is invited to become a customer.")
@click.option("--country", "code", metavar="CC", help="Without CUSTOMER_ID: the company's country.")
@click.option("--domain", help="Without CUSTOMER_ID: the company's domain, where known.")
@click.option(
    "--provider", type=ID, help="Without CUSTOMER_ID, for a reseller: through whom, where it has several providers."
)
@as_json
@in_app
def invite(customer_id: UUID | None, kind: str, email_as: str, json_: bool, **given: Any) -> None:
    """Invite a customer by mail to accept.

    An open invitation gives way to the new one. Without CUSTOMER_ID, somebody who is not a customer yet is invited
    to become one and to accept.

    \b
    Examples: assent invite CUSTOMER_ID --kind agreement --as ana@fabrikam.example
              assent invite --kind relationshipAndAgreement --as ana@fabrikam.example --company Contoso \\
                --country SE --email maria@contoso.example --first-name Maria --last-name Ek
    """
    from app.auth import acts
    from app.commands import invitations
    from app.db import transaction
    from app.queries import scope
    from app.queries.invitations import shown

    _check_options(customer_id, kind, given)
    with transaction():
        act, inviter = acts.staff(email_as)
        if customer_id is None:
            row = _newcomer(act, inviter, InvitationKind(kind), given)
        else:
            machine, relationship = scope.agreement(act, customer_id)
            ask = _ask(relationship, inviter, InvitationKind(kind), given)
            row = invitations.invite(act, machine, relationship, ask, rules_of(machine.partner_id))
        answer = shown([row], act.at)[0] | {"warnings": invitations.warnings(row.machine)}
    say(answer, json_)


def _check_options(customer_id: UUID | None, kind: str, given: dict[str, Any]) -> None:
    """A customer is named by its id, or described; a person is named whole."""
    if customer_id is None:
        _check_newcomer(kind, given)
    elif given["company"] or given["code"] or given["domain"] or given["provider"]:
        raise click.UsageError(
            "--company, --country, --domain and --provider are about a newcomer; leave out CUSTOMER_ID then"
        )
    if bool(given["email"]) != bool(given["first_name"]) or bool(given["email"]) != bool(given["last_name"]):
        raise click.UsageError("--email, --first-name and --last-name name one person; give all three or none")


def _check_newcomer(kind: str, given: dict[str, Any]) -> None:
    needed = {"--company": "company", "--country": "code", "--email": "email"}
    needed |= {"--first-name": "first_name", "--last-name": "last_name"}
    missing = [option for option, name in needed.items() if not given[name]]
    if kind != InvitationKind.RELATIONSHIP or missing:
        raise click.UsageError(
            "give CUSTOMER_ID, or invite somebody who is not a customer yet with "
            f"--kind relationshipAndAgreement and {', '.join(needed)}"
        )


def _newcomer(act: Any, inviter: Any, kind: InvitationKind, given: dict[str, Any]) -> Any:
    from app.commands import invitations
    from app.queries import scope

    names = ("company", "code", "first_name", "last_name", "email", "domain")
    about = profile(**{name: given[name] for name in names}, language=given["language"] or "en")
    partner, reseller = scope.confirming(inviter.partner, given["provider"])
    ask = _ask(about, inviter, kind, given)
    return invitations.invite_newcomer(act, partner, reseller, about, ask, rules_of(partner.id))


def _ask(about: Any, inviter: Any, kind: InvitationKind, given: dict[str, Any]) -> Any:
    from app.commands.invitations import Ask
    from app.core.contact import Contact, language

    contact = about.contact
    if given["email"]:
        contact = Contact.parse(given["first_name"], given["last_name"], given["email"])
    return Ask(
        kind,
        contact,
        language(given["language"] or about.language),
        inviter,
        given["expires_in_days"],
        given["dap"],
        given["force"],
        reminders=given["reminders"],
        time_zone=given["time_zone"],
    )


@click.group()
def invitation() -> None:
    """Invitations: what became of them, once more, or no more."""


@invitation.command("list")
@click.argument("customer_id", type=ID)
@AS
@as_json
@in_app
def list_invitations(customer_id: UUID, email_as: str, json_: bool) -> None:
    """List a customer's invitations, the newest first.

    \b
    Example: assent invitation list CUSTOMER_ID --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.core.permissions import Action, require
    from app.queries import invitations, scope

    act, _ = acts.staff(email_as)
    require(act, Action.VIEW)
    scope.relationship(act, customer_id)
    items = invitations.shown(invitations.of(act, customer_id, MOST), act.at)
    say({"totalCount": len(items), "items": items}, json_)


@invitation.command("resend")
@click.argument("invitation_id", type=ID, metavar="INVITATION_ID")
@AS
@click.option("--force", is_flag=True, help="Send it although purchases on record bar direct acceptance.")
@as_json
@in_app
def resend(invitation_id: UUID, email_as: str, force: bool, json_: bool) -> None:
    """Send an invitation again, with another link.

    The old link dies, and the new one works for as many days as the first one did.

    \b
    Example: assent invitation resend INVITATION_ID --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import invitations
    from app.db import transaction
    from app.queries.invitations import one, shown

    with transaction():
        act, _ = acts.staff(email_as)
        row, relationship = one(act, invitation_id)
        invitations.resend(act, row.machine, relationship, row, rules_of(row.partner_id), force)
        answer = shown([row], act.at)[0] | {"warnings": invitations.warnings(row.machine)}
    say(answer, json_)


@invitation.command("revoke")
@click.argument("invitation_id", type=ID, metavar="INVITATION_ID")
@AS
@as_json
@in_app
def revoke(invitation_id: UUID, email_as: str, json_: bool) -> None:
    """Take an invitation back: its link dies.

    \b
    Example: assent invitation revoke INVITATION_ID --as ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import invitations
    from app.db import transaction
    from app.queries.invitations import one, shown

    with transaction():
        act, _ = acts.staff(email_as)
        row, _ = one(act, invitation_id)
        invitations.revoke(act, row.machine, row)
        answer = shown([row], act.at)[0]
    say(answer, json_)
