"""`assent policy`: the dated rules, looked at, checked, and a partner's own set."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from app.cli.shared import ID, MOMENT, as_json, in_app, rules_of, say
from app.config import SetUpError

SHOWN = 12
ROWS = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def policy() -> None:
    """Policy: the dated rules that the gate goes by."""


def understood(below: Any, file: Path) -> Any:
    """The policy with the rows of a file on top, or one line for every fault."""
    from app.core import coverage
    from app.core.rows import Faulty, laid_over

    try:
        found = laid_over(below, file.read_text(encoding="utf-8"), str(file))
        faults = coverage.faults(found)
    except UnicodeDecodeError as error:
        raise SetUpError(f"{file}: {error}; write it in UTF-8") from error
    except Faulty as error:
        faults = error.faults
    if faults:
        more = [f"… and {len(faults) - SHOWN} more like these"] if len(faults) > SHOWN else []
        raise SetUpError("\n".join(["these rows make no sense:", *faults[:SHOWN], *more]))
    return found


@policy.command("check")
@click.argument("file", type=ROWS, required=False)
@click.option("--partner", "partner_id", type=ID, help="On top of this partner's rows.")
@as_json
def check(file: Path | None, partner_id: UUID | None, json_: bool) -> None:
    """Check the rules for gaps, overlaps and words nobody knows.

    With FILE, as they would be with its rows on top of those that hold; without it, INSTANCE/policy.toml is checked.

    \b
    Example: assent policy check draft.toml
    """
    from app import config as settings
    from app.cli.shared import opened
    from app.installation import OPERATORS_ROWS, load_rules
    from app.queries import scope

    own = settings.load().instance / OPERATORS_ROWS
    if partner_id:
        with opened():
            below = rules_of(scope.partner(partner_id).id).policy
            found = understood(below, file) if file else below
    elif file and not (own.exists() and own.samefile(file)):
        found = understood(_holding(own.parent), file)
    else:
        found = understood(load_rules().policy, own) if own.exists() else load_rules().policy
    answer = {"sound": True, "rules": len(found.rules), "offers": len(found.offers)}
    say(answer, json_, f"sound: {len(found.rules)} rules, {len(found.offers)} offers; no gap, no overlap")


@policy.command("show")
@click.option("--as-of", "as_of", type=MOMENT, help="Only what holds on this day; every row if left out.")
@click.option("--partner", "partner_id", type=ID, help="With this partner's own rows.")
@as_json
@in_app
def show(as_of: datetime | None, partner_id: UUID | None, json_: bool) -> None:
    """Show the rules, those that hold on a day or all of them.

    \b
    Example: assent policy show --as-of 2027-01-01
    """
    from app.core.policy import day_of
    from app.queries import scope

    rules = rules_of(scope.partner(partner_id).id if partner_id else None).policy.rules
    held = [rule for rule in rules if as_of is None or rule.holds(day_of(as_of))]
    items = [_shown(rule) for rule in sorted(held, key=lambda rule: rule.since)]
    words = "\n".join(_line(item) for item in items)
    say({"items": items, "totalCount": len(items)}, json_, words or "No rule holds on that day.")


def _holding(instance: Path) -> Any:
    """The installation's rows; those that came with Assent where the operator's make no sense themselves."""
    from app.installation import load_rules

    try:
        return load_rules(instance).policy
    except SetUpError:
        return load_rules().policy


def _shown(rule: Any) -> dict[str, Any]:
    members: dict[str, Any] = {
        "id": rule.id,
        "source": rule.source,
        "topic": rule.topic,
        "from": rule.since.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
        "text": rule.text,
        "anyOf": list(rule.any_of),
        "acceptedSince": rule.accepted_since.isoformat() if rule.accepted_since else None,
    }
    for name in ("agreements", "channels", "environments", "operations", "offers", "regions", "clouds"):
        members[name] = sorted(getattr(rule, name))
    return {name: value for name, value in members.items() if value not in (None, [])}


def _line(item: dict[str, Any]) -> str:
    until = f" to {item['until']}" if "until" in item else ""
    where = [f"{name}: {', '.join(value)}" for name, value in item.items() if isinstance(value, list)]
    return f"{item['from']}{until}  {item['id']} ({item['source']}): {item['text']}  [{'; '.join(where)}]"


@policy.command("set")
@click.argument("file", type=ROWS)
@click.option("--partner", "partner_id", required=True, type=ID, help="Whose rows these are.")
@click.option("--as", "email_as", metavar="EMAIL", help="The global admin who does this; the operator if left out.")
@as_json
@in_app
def set_rows(file: Path, partner_id: UUID, email_as: str | None, json_: bool) -> None:
    """Give a partner these rows of its own, in place of those it had.

    They come on top of the installation's. An empty file takes them away; the former ones are kept.

    \b
    Example: assent policy set rows.toml --partner ID --as boss@fabrikam.example
    """
    from app.auth import acts
    from app.commands import policies
    from app.db import transaction
    from app.installation import installation
    from app.queries import scope

    understood(installation().rules.policy, file)
    with transaction():
        act = acts.staff(email_as)[0] if email_as else acts.console(partner_id)
        row = policies.set_rows(
            act, scope.partner(partner_id), file.read_text(encoding="utf-8"), installation().rules.policy
        )
    say({"id": str(row.id), "partnerId": str(partner_id), "setBy": row.set_by}, json_)
