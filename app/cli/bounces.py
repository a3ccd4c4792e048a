"""`assent bounces`: take in what came back of our mails."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from app.cli.shared import as_json, opened, say
from app.config import SetUpError
from app.core.refusals import Refused
from app.core.returned import Fate, Returned

# What tells a mail server to keep the message and to come back with it later (EX_TEMPFAIL).
LATER = 75
UNREADABLE = "unreadable"
WORDS = {
    Fate.BOUNCED.value: "bounced",
    Fate.COMPLAINED.value: "complained",
    Fate.DELIVERED.value: "delivered",
    Fate.DELAYED.value: "delayed",
    Fate.UNKNOWN.value: "not about our mails",
    UNREADABLE: "unreadable",
}


@click.command()
@click.argument("maildir", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@as_json
def bounces(maildir: Path | None, json_: bool) -> None:
    """Note which mails came back or were called spam.

    Reads the delivery reports and complaints that are new in MAILDIR and marks them as seen; without MAILDIR one
    message, or an mbox, from standard input. To read the same again changes nothing. Exit 75: the database cannot be
    used now; nothing is lost, come again later.

    \b
    With ASSENT_MAIL_BOUNCES=bounces@assent.example, and recipient_delimiter = + in Postfix's main.cf,
    in an alias file that belongs to the user whom Assent runs as:
              bounces: "|env ASSENT_INSTANCE=/var/lib/assent assent bounces"
    Or, where another program fetches the mailbox into a maildir, as a line of cron:
              */5 * * * * assent bounces /var/lib/assent/bounces
    Example:  assent bounces < message.eml
    """
    try:
        with opened():
            items = list(_from_maildir(maildir) if maildir else _from_stdin())
    except (SetUpError, OSError, Refused) as error:
        click.echo(f"assent: {error}; nothing is lost, come again later", err=True)
        sys.exit(LATER)
    for item in items:
        if item["error"]:
            click.echo(f"assent: {item['file'] or 'the message'}: {item['error']}", err=True)
    found = Counter(item["fate"] for item in items)
    counts = {name: found[name] for name in WORDS}
    say({"read": len(items), **counts, "items": items}, json_, _words(len(items), counts))


def _words(read: int, counts: dict[str, int]) -> str:
    told = ", ".join(f"{number} {WORDS[name]}" for name, number in counts.items() if number)
    return f"{read} read: {told}" if told else f"{read} read"


def _from_stdin() -> Iterator[dict[str, Any]]:
    from app.mail import piles

    for data in piles.streamed(sys.stdin.buffer):
        yield _applied(None, data)


def _from_maildir(folder: Path) -> Iterator[dict[str, Any]]:
    from app.mail import piles

    if not piles.is_maildir(folder):
        raise click.UsageError(f"{folder} is no maildir: it has no `new` and `cur`")
    for path in piles.waiting(folder):
        data = piles.head(path)
        if data is not None:
            yield _applied(path.name, data)
            piles.mark_seen(folder, path)


def _applied(name: str | None, data: bytes) -> dict[str, Any]:
    """What one message says, done in a transaction of its own."""
    from app.auth import acts
    from app.commands import returns
    from app.db import transaction
    from app.installation import installation
    from app.mail import bounces as reader

    try:
        told = reader.parse(data, installation().keys.bounce)
    except reader.Unreadable as error:
        return _item(name, None, None, str(error))
    with transaction():
        mail = returns.take(acts.console(), told)
        return _item(name, told, mail)


def _item(name: str | None, told: Returned | None, mail: Any, error: str | None = None) -> dict[str, Any]:
    fate = (told.fate.value if mail else Fate.UNKNOWN.value) if told else UNREADABLE
    machine, invitation = (mail.machine, mail.invitation) if mail else (None, None)
    return {
        "file": name,
        "fate": fate,
        "customerId": str(machine.customer_id) if machine else None,
        "invitationId": str(invitation.id) if invitation else None,
        "permanent": bool(mail and told and told.permanent),
        "status": told.status or None if mail and told else None,
        "diagnostic": told.diagnostic or None if mail and told else None,
        "error": error,
    }
