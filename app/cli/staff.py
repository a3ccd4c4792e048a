"""`assent staff`: the people who act for a partner, and how they come in."""

from uuid import UUID

import click

from app.cli.partners import ROLE
from app.cli.shared import ID, as_json, in_app, say
from app.core.vocabulary import Role


@click.group()
def staff() -> None:
    """Staff: the people who act for a partner."""


@staff.command("add")
@click.option("--partner", "partner_id", required=True, type=ID, help="Whom this person works for.")
@click.option("--email", required=True, help="The person's mailbox; one person of an installation each.")
@click.option("--name", required=True, help="The person's name.")
@ROLE
@as_json
@in_app
def add_staff(partner_id: UUID, email: str, name: str, roles: tuple[str, ...], json_: bool) -> None:
    """Add a person with one role or more.

    The address that is printed opens the dashboard for the person: once, within 48 hours.

    \b
    Example: assent staff add --partner ID --email ana@fabrikam.example --name "Ana Lind" --role admin-agent
    """
    from app.auth import acts
    from app.commands import entries
    from app.commands import staff as commands
    from app.db import transaction
    from app.queries import scope

    with transaction():
        wanted = [Role(role) for role in roles]
        row = commands.add_staff(acts.console(), scope.partner(partner_id), email, name, wanted)
        token = entries.issue_link(acts.console(), row)
    say({"id": str(row.id), "email": row.email, "roles": sorted(wanted), "signInUrl": _address(token)}, json_)


def _address(token: str) -> str:
    from app.installation import installation

    return f"{installation().config.base_url}/sign-in/{token}"


@staff.command("link")
@click.argument("email")
@click.option("--afresh", is_flag=True, help="For whoever lost the second factor: it and the password stop at once.")
@as_json
@in_app
def link(email: str, afresh: bool, json_: bool) -> None:
    """Make a one-time link for a person to sign in with.

    It works once, within 48 hours; the person chooses a password with it. Former links die.

    \b
    Example: assent staff link ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import entries
    from app.db import transaction

    with transaction():
        person = acts.person(email)
        token = entries.issue_link(acts.console(), person, afresh=afresh)
    say({"email": person.email, "signInUrl": _address(token), "hours": entries.LINK_HOURS}, json_)


@staff.command("disable")
@click.argument("email")
@as_json
@in_app
def disable_staff(email: str, json_: bool) -> None:
    """End a person's access at once.

    The person's sessions, links and tokens die, and open tasks lose their owner.

    \b
    Example: assent staff disable ana@fabrikam.example
    """
    from app.auth import acts
    from app.commands import staff as commands
    from app.db import transaction

    with transaction():
        person = acts.person(email)
        commands.disable_staff(acts.console(), person)
    say({"id": str(person.id), "email": person.email, "disabled": True}, json_)


@staff.command("identify")
@click.argument("email", required=False)
@click.option("--partner", "partner_id", type=ID, help="With --service: whose service account it is.")
@click.option("--service", "name", metavar="NAME", help="A service account instead of a person; made with --role.")
@ROLE
@click.option("--subject", metavar="TID|OID", help="What the issuer calls the holder: `tid|oid` of Entra, else `sub`.")
@click.option("--none", "none", is_flag=True, help="The issuer's tokens open nothing for the holder any more.")
@as_json
@in_app
def identify(
    email: str | None,
    partner_id: UUID | None,
    name: str | None,
    roles: tuple[str, ...],
    subject: str | None,
    none: bool,
    json_: bool,
) -> None:
    """Say by which subject the OIDC issuer knows somebody.

    An access token of the issuer with this subject then acts as the person or service account.

    \b
    Example: assent staff identify ana@fabrikam.example --subject "TENANT_ID|OBJECT_ID"
    """
    from app.auth import acts
    from app.commands import staff as commands
    from app.db import transaction
    from app.queries import scope

    if bool(email) == bool(name) or bool(name) != bool(partner_id) or (roles and not name):
        raise click.UsageError("give EMAIL, or --partner ID with --service NAME")
    if none == (subject is not None):
        raise click.UsageError("give --subject, or --none")
    with transaction():
        act, wanted = acts.console(), [Role(role) for role in roles]
        owner = scope.partner(partner_id) if partner_id else None
        account = commands.open_service_account(act, owner, name, wanted) if owner and name else None
        holder = account or acts.person(email or "")
        commands.identify(act, holder, subject)
    say({"id": str(holder.id), "name": holder.name, "subject": holder.subject}, json_)


@staff.command("reassign")
@click.argument("email")
@click.option("--to", "to", required=True, metavar="EMAIL", help="Who takes over; of the same partner.")
@as_json
@in_app
def reassign(email: str, to: str, json_: bool) -> None:
    """Hand a person's open tasks, drafts and disputes to another.

    \b
    Example: assent staff reassign ana@fabrikam.example --to bo@fabrikam.example
    """
    from app.auth import acts
    from app.commands import staff as commands
    from app.db import transaction

    with transaction():
        moved = commands.hand_over(acts.console(), acts.person(email), acts.person(to))
    say({"from": email, "to": to, "moved": moved}, json_)
