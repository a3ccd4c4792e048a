"""`assent token`: bearer tokens, made, listed, revoked."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import click

from app.cli.partners import ROLE
from app.cli.shared import ID, as_json, in_app, say, spread
from app.core.vocabulary import Role


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
