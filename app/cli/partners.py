"""`assent partner`, `assent staff`, `assent token`: who acts."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import click

from app.cli.shared import ID, as_json, country, in_app, say, spread
from app.core.vocabulary import Authority, PartnerType, Role

ROLE = click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="What the holder may do. Repeatable.",
)


@click.group()
def partner() -> None:
    """Partners: whose customers these are."""


@partner.command("add")
@click.option("--name", required=True, help="The partner's name, as customers know it.")
@click.option(
    "--type",
    "kind",
    required=True,
    type=click.Choice([kind.value for kind in PartnerType]),
    help="A reseller works through a provider, which confirms for it.",
)
@click.option("--country", "code", required=True, metavar="CC", help="Two letters, for example SE.")
@click.option("--mpn-id", help="The partner's MPN or location id; a reseller's stands in its links.")
@click.option(
    "--provider", "providers", multiple=True, type=ID, help="For a reseller: whom it works through. Repeatable."
)
@click.option(
    "--authority",
    type=click.Choice([a.value for a in Authority]),
    default=Authority.LOCAL.value,
    show_default=True,
    help="Whose word counts: this installation's, or (mirror) the vendor's portal.",
)
@click.option("--id", "tenant", type=ID, help="The partner's own tenant id, if its links must carry it.")
@as_json
@in_app
def add_partner(
    name: str,
    kind: str,
    code: str,
    mpn_id: str | None,
    providers: tuple[UUID, ...],
    authority: str,
    tenant: UUID | None,
    json_: bool,
) -> None:
    """Add a partner.

    \b
    Example: assent partner add --name Fabrikam --type direct-bill --country SE
    """
    from app.auth import acts
    from app.commands import partners
    from app.db import transaction
    from app.queries import scope

    with transaction():
        row = partners.add_partner(
            acts.console(),
            name,
            PartnerType(kind),
            country(code),
            mpn_id=mpn_id,
            authority=Authority(authority),
            providers=[scope.partner(id) for id in providers],
            id=tenant,
        )
    say({"id": str(row.id), "name": row.name, "type": row.type, "country": row.country}, json_)


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

    \b
    Example: assent staff add --partner ID --email ana@fabrikam.example --name "Ana Lind" --role admin-agent
    """
    from app.auth import acts
    from app.commands import staff as commands
    from app.db import transaction
    from app.queries import scope

    with transaction():
        wanted = [Role(role) for role in roles]
        row = commands.add_staff(acts.console(), scope.partner(partner_id), email, name, wanted)
    say({"id": str(row.id), "email": row.email, "roles": sorted(wanted)}, json_)


@staff.command("disable")
@click.argument("email")
@as_json
@in_app
def disable_staff(email: str, json_: bool) -> None:
    """End a person's access at once.

    The person's tokens die, and open tasks lose their owner.

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


@click.group()
def token() -> None:
    """Bearer tokens: made, listed, revoked. A token is shown once."""


@token.command("create")
@click.option("--staff", "email", metavar="EMAIL", help="App+user: the token acts with this person's roles.")
@click.option(
    "--service", "name", metavar="NAME", help="A service account of --partner, with --role; it survives people leaving."
)
@click.option("--partner", "partner_id", type=ID, help="Alone: an app-only token of this partner.")
@ROLE
@click.option("--expires-in-days", type=click.IntRange(1, 3650), metavar="DAYS", help="1 to 3650; without it, never.")
@as_json
@in_app
def create_token(
    email: str | None,
    name: str | None,
    partner_id: UUID | None,
    roles: tuple[str, ...],
    expires_in_days: int | None,
    json_: bool,
) -> None:
    """Create a token for a person, a service account or a partner.

    The token is shown this once; only its digest is kept.

    \b
    Example: assent token create --staff ana@fabrikam.example --expires-in-days 90
    """
    from app.auth import acts
    from app.commands import staff as commands
    from app.db import transaction
    from app.queries import scope

    if bool(email) == bool(partner_id) or (name and not partner_id) or (roles and not name):
        raise click.UsageError("give --staff EMAIL, or --partner ID, or --partner ID with --service NAME and --role")
    with transaction():
        act, person = acts.console(), acts.staff(email)[1] if email else None
        owner = person.partner if person else scope.partner(cast(UUID, partner_id))
        account = commands.open_service_account(act, owner, name, [Role(role) for role in roles]) if name else None
        holder = person or account
        row, secret = commands.create_token(act, owner, holder, expires_in_days)
    answer = {"token": secret, "prefix": row.prefix, "kind": row.kind}
    say(answer, json_, spread(answer) + "\nThe token is not shown again.")


@token.command("list")
@as_json
@in_app
def list_tokens(json_: bool) -> None:
    """List tokens: whose, since when, still good.

    \b
    Example: assent token list
    """
    from app.queries import tokens

    rows = [_listed(row) for row in tokens.everyone()]
    words = "\n".join(_row(row) for row in rows)
    say({"items": rows, "totalCount": len(rows)}, json_, words or "No tokens yet; see `assent token create --help`.")


def _row(listed: dict[str, Any]) -> str:
    used = f"last used {listed['lastUsedAt']}" if listed["lastUsedAt"] else "never used"
    until = f"until {listed['expiresAt']}" if listed["expiresAt"] else "without end"
    return (
        f"{listed['prefix']}  {listed['status']:7}  {listed['kind']:8}  {listed['holder']}  "
        f"(created {listed['createdAt']}, {until}, {used})"
    )


def _listed(row: Any) -> dict[str, Any]:
    from app.core.evidence import stamp

    held, holder = row
    expired = held.expires_at is not None and held.expires_at <= datetime.now(UTC)
    return {
        "prefix": held.prefix,
        "kind": held.kind,
        "holder": holder,
        "status": "revoked" if held.revoked_at else "expired" if expired else "active",
        "createdAt": stamp(held.created_at),
        "expiresAt": stamp(held.expires_at) if held.expires_at else None,
        "lastUsedAt": stamp(held.last_used_at) if held.last_used_at else None,
    }


@token.command("revoke")
@click.argument("prefix")
@as_json
@in_app
def revoke_token(prefix: str, json_: bool) -> None:
    """Revoke the token that begins with PREFIX.

    \b
    Example: assent token revoke asn_Zk3vQ1xy
    """
    from app.auth import acts
    from app.commands import staff as commands
    from app.db import transaction
    from app.queries import tokens

    with transaction():
        row = tokens.by_prefix(prefix)
        commands.revoke_token(acts.console(), row)
    say({"prefix": row.prefix, "revoked": True}, json_)
