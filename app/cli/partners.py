"""`assent partner`: whose customers these are."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from app.cli import mailpolicy
from app.cli.shared import ID, MOMENT, as_json, country, in_app, say
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


@partner.command("set")
@click.argument("partner_id", type=ID)
@click.option("--four-eyes/--two-eyes", "four_eyes", default=None, help="Whether an attestation needs a second person.")
@click.option(
    "--vendor-agreement-on",
    "since",
    type=MOMENT,
    help="Since when the partner has the vendor's own agreement for partners.",
)
@mailpolicy.options
@as_json
@in_app
def set_partner(partner_id: UUID, four_eyes: bool | None, since: datetime | None, json_: bool, **mails: Any) -> None:
    """Change how a partner works.

    With --four-eyes one person prepares a draft and another approves it.

    \b
    Examples: assent partner set PARTNER_ID --four-eyes
              assent partner set PARTNER_ID --reminders 3,7 --quiet-hours 19-8
    """
    from app.auth import acts
    from app.commands import partners
    from app.db import transaction
    from app.queries import scope

    if four_eyes is None and since is None and all(value is None for value in mails.values()):
        options = "--four-eyes, --two-eyes, --vendor-agreement-on, --reminders, --quiet-hours, --expiry-warning"
        raise click.UsageError(f"say what to change: {options}, --mail-language, --password-in-mail")
    with transaction():
        row = scope.partner(partner_id)
        if four_eyes is not None:
            partners.require_two(acts.console(), row, four_eyes)
        if since is not None:
            partners.note_vendor_agreement(acts.console(), row, since.date())
        decided = mailpolicy.change(row.id, mails)
    on = row.vendor_agreement_on
    dates = {"vendorAgreementOn": on.isoformat()} if on else {}
    say({"id": str(row.id), "name": row.name, "fourEyes": row.four_eyes} | dates | decided, json_)
