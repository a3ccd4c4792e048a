"""`assent catalogue`: the agreements' versions and documents."""

import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from app.cli.shared import ID, MOMENT, as_json, in_app, rules_of, say
from app.core.vocabulary import AgreementType

TYPE = click.option(
    "--type",
    "kind",
    type=click.Choice([kind.value for kind in AgreementType]),
    default=AgreementType.MCA.value,
    show_default=True,
    help="Which agreement.",
)
DOCUMENT = click.option(
    "--document",
    "documents",
    multiple=True,
    metavar="COUNTRY:LANGUAGE:FILE",
    help="Its text, for example SE:sv-SE:mca.docx, or *:en-US:mca.docx for every country. Repeatable.",
)


@click.group()
def catalogue() -> None:
    """Catalogue: the agreements' versions and their texts."""


@catalogue.command("publish")
@TYPE
@click.option(
    "--material/--minor", "material", required=True, help="Whether older acceptances must be renewed, or never."
)
@click.option("--published", required=True, type=MOMENT, help="The day it was announced.")
@click.option("--effective", type=MOMENT, help="The day from which it is asked for; that of --published if left out.")
@click.option("--grace", type=MOMENT, help="The day from which older acceptances count no more.")
@DOCUMENT
@as_json
@in_app
def publish(json_: bool, kind: str, documents: tuple[str, ...], **given: Any) -> None:
    """Publish the next version of an agreement.

    It holds for every partner and is never taken back; try it first with `assent what-if --as-of`.

    \b
    Example: assent catalogue publish --material --published 2027-01-15 --effective 2027-02-01 --grace 2027-05-01 \\
             --document "*:en-US:mca-2027.docx" --document SE:sv-SE:mca-2027-sv.docx
    """
    from app.auth import acts
    from app.commands import catalogue as commands
    from app.db import transaction

    dates = {name: _day(given[name]) for name in ("published", "effective", "grace")}
    files = [_document(text) for text in documents]
    with transaction():
        act, known = acts.console(), rules_of(None).catalogue
        what = commands.Publication(AgreementType(kind), given["material"], **dates)
        version = commands.publish(act, what, known)
        kept = [_keep(act, version.agreement_type, version.rank, *file) for file in files]
    answer = {"type": kind, "versionRank": version.rank, "material": version.material, "documents": kept}
    answer |= {name: day.isoformat() for name, day in dates.items() if day}
    say(answer, json_)


@catalogue.command("document")
@TYPE
@click.option("--rank", required=True, type=click.IntRange(0), help="Which version.")
@DOCUMENT
@as_json
@in_app
def document(kind: str, rank: int, documents: tuple[str, ...], json_: bool) -> None:
    """Keep more texts of a version that is published already.

    They are for countries and languages it has none for; a text that is kept is never exchanged.

    \b
    Example: assent catalogue document --rank 0 --document "*:en-US:mca.docx"
    """
    from app.auth import acts
    from app.db import transaction

    if not documents:
        raise click.UsageError("give --document COUNTRY:LANGUAGE:FILE, once or more")
    files = [_document(text) for text in documents]
    with transaction():
        kept = [_keep(acts.console(), AgreementType(kind), rank, *file) for file in files]
    say({"type": kind, "versionRank": rank, "documents": kept}, json_)


@catalogue.command("list")
@click.option("--partner", "partner_id", type=ID, help="Count only this partner's customers.")
@as_json
@in_app
def listed(partner_id: UUID | None, json_: bool) -> None:
    """List versions, their documents and their customers.

    \b
    Example: assent catalogue list
    """
    from app.auth.acts import now
    from app.queries import versions

    items = versions.listed(rules_of(partner_id).catalogue, partner_id, now())
    say({"items": items, "totalCount": len(items)}, json_, "\n".join(_words(item) for item in items))


def _words(item: dict[str, Any]) -> str:
    kind = "material" if item["material"] else "minor"
    grace = f", older ones count until {item['grace']}" if item["grace"] > item["effective"] else ""
    lines = [
        f"{item['type']} version {item['versionRank']} ({kind}), published {item['published']}, "
        f"asked for from {item['effective']}{grace}: {item['customers']} customers",
        f"  template {item['templateId']}",
    ]
    lines += [f"  {one['country']} {one['language']}  {one['sha256']}  {one['name']}" for one in item["documents"]]
    return "\n".join(lines)


def _day(at: datetime | None) -> Any:
    return at.date() if at else None


def _document(text: str) -> tuple[str, str, Any]:
    from app.commands.files import File

    country, _, rest = text.partition(":")
    language, _, name = rest.partition(":")
    if not (country and language and name):
        raise click.BadParameter(f"{text!r} is not COUNTRY:LANGUAGE:FILE", param_hint="--document")
    media_type = mimetypes.guess_type(name)[0]
    return country, language, File.parse(Path(name).name, media_type, Path(name).read_bytes())


def _keep(act: Any, kind: AgreementType, rank: int, country: str, language: str, file: Any) -> str:
    from app.commands import catalogue as commands

    row = commands.add_document(act, kind, rank, country, language, file, rules_of(None).catalogue)
    return f"{country} {language} {row.sha256}"
