"""`assent template`: the words of a partner's own for its mails, looked at, checked, saved and taken back."""

from pathlib import Path
from typing import Any
from uuid import UUID

import click

from app.cli.shared import ID, as_json, in_app, say
from app.config import SetUpError
from app.core.languages import Language
from app.core.mails import Own
from app.core.names import GRAMMARS, Kind

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
KIND = click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
LANGUAGE = click.argument("language", type=click.Choice([language.value for language in Language]))
PARTNER = click.option("--partner", "partner_id", required=True, type=ID, help="Whose words they are.")
HTML = click.option("--html", type=FILE, help="The html in a file; left out, it is made from the text.")
AS = click.option("--as", "email_as", metavar="EMAIL", help="The global admin who does this; the operator if left out.")
SUBJECT = "Subject:"


@click.group()
def template() -> None:
    """Templates: the words of a partner's own for its mails.

    A file begins with the line `Subject: …`, then an empty line, then the text.
    """


@template.command("list")
@PARTNER
@as_json
@in_app
def list_all(partner_id: UUID, json_: bool) -> None:
    """List the mails that can have words of their own, and which do.

    \b
    Example: assent template list --partner ID
    """
    from app.auth import acts
    from app.queries import scope, wordings

    items = wordings.listed(acts.console(partner_id), scope.partner(partner_id).id)
    say({"items": items, "totalCount": len(items)}, json_, "\n".join(map(_line, items)))


def _line(item: dict[str, Any]) -> str:
    changed = f"version {item['version']} of {item['since']} by {item['by']}" if item["version"] else ""
    return f"{item['kind']:<26}{item['language']:<9}{'own' if item['own'] else 'ours':<6}{changed}".rstrip()


@template.command("show")
@KIND
@LANGUAGE
@PARTNER
@as_json
@in_app
def show(kind: str, language: str, partner_id: UUID, json_: bool) -> None:
    """Show what a mail says, as it would be saved.

    Without words of the partner's own these are ours.

    \b
    Example: assent template show reminder sv --partner ID > reminder.txt
    """
    from app.auth import acts
    from app.installation import installation
    from app.mail import specimens
    from app.post import composer
    from app.queries import scope, wordings

    which, tongue, mails = Kind(kind), Language(language), composer(installation())
    held = wordings.versions(acts.console(partner_id), scope.partner(partner_id).id, which, tongue)
    own = wordings.said(held[0]) if held else None
    said = own or specimens.ours(mails, which, tongue)
    answer = wordings.brief(which, tongue, held[0] if held else None)
    answer |= {"subject": said.subject, "text": said.text, "html": said.html}
    say(answer, json_, f"{SUBJECT} {said.subject}\n\n{said.text}".rstrip("\n"))


@template.command("check")
@KIND
@click.argument("file", type=FILE)
@HTML
@as_json
def check(kind: str, file: Path, html: Path | None, json_: bool) -> None:
    """Check words before they are saved; nothing is kept.

    \b
    Example: assent template check reminder reminder.txt
    """
    own = _understood(Kind(kind), file, html)
    say({"sound": True, "kind": kind, "subject": own.subject}, json_, f"sound: {own.subject}")


@template.command("save")
@KIND
@LANGUAGE
@click.argument("file", type=FILE)
@HTML
@PARTNER
@AS
@as_json
@in_app
def save(
    kind: str, language: str, file: Path, html: Path | None, partner_id: UUID, email_as: str | None, json_: bool
) -> None:
    """Let a mail say this from now on; earlier versions are kept.

    \b
    Example: assent template save reminder sv reminder.txt --partner ID --as boss@fabrikam.example
    """
    from app.commands import wordings as commands
    from app.db import transaction
    from app.queries import scope, wordings

    own = _understood(Kind(kind), file, html)
    with transaction():
        partner = scope.partner(partner_id)
        row = commands.save(_act(partner_id, email_as), partner, Kind(kind), Language(language), own)
        answer = wordings.brief(Kind(kind), Language(language), row)
    say(answer, json_)


@template.command("reset")
@KIND
@LANGUAGE
@PARTNER
@AS
@as_json
@in_app
def reset(kind: str, language: str, partner_id: UUID, email_as: str | None, json_: bool) -> None:
    """Let a mail say again what ours says.

    The partner's words are kept as versions.

    \b
    Example: assent template reset reminder sv --partner ID
    """
    from app.commands import wordings as commands
    from app.db import transaction
    from app.queries import scope, wordings

    with transaction():
        partner = scope.partner(partner_id)
        commands.reset(_act(partner_id, email_as), partner, Kind(kind), Language(language))
        answer = wordings.brief(
            Kind(kind), Language(language), commands.newest(partner, Kind(kind), Language(language))
        )
    say(answer, json_)


def _act(partner_id: UUID, email_as: str | None) -> Any:
    from app.auth import acts

    return acts.staff(email_as)[0] if email_as else acts.console(partner_id)


def _understood(kind: Kind, file: Path, html: Path | None) -> Own:
    """The words of a file, or one line for every fault."""
    from app.errors import wordings
    from app.mail import wording

    first, _, text = _read(file).partition("\n")
    if not first.startswith(SUBJECT):
        raise SetUpError(f"{file} has to begin with the line `{SUBJECT} …`, then an empty line, then the text")
    own = Own(first.removeprefix(SUBJECT).strip(), text.removeprefix("\n"), _read(html) if html else None)
    faults = [
        f"{at['part']}, line {at['line']}: {at['reason']} {at['detail']}".rstrip() + f". {at['says']}"
        for at in wordings.rows(wording.check(own, GRAMMARS[kind]))
    ]
    if faults:
        raise SetUpError("\n".join(["these words cannot be used:", *faults]))
    return own


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SetUpError(f"{file}: {error}; write it in UTF-8") from error
