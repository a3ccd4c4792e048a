"""`assent eligibility`, `what-if`: may a customer order, and what would a date or a draft of the rules change?"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar
from uuid import UUID

import click

from app.cli.shared import ID, MOMENT, as_json, in_app, rules_of, say
from app.core.vocabulary import Channel, Environment, Operation

F = TypeVar("F", bound=Callable[..., Any])
SHOWN = 20
TOLD_EVERY = 50_000

# How a step is done from here.
COMMANDS = {
    "invite": "assent invite {customer} --as EMAIL",
    "accept": "the customer follows its invitation (assent invite {customer} --as EMAIL sends a fresh one)",
    "attest": "assent attest {customer} … --as EMAIL",
    "submit-draft": "assent draft submit {customer} … --as EMAIL",
    "approve-draft": "assent draft list; assent draft approve DRAFT_ID --as EMAIL",
    "add-customer": "assent customer add … once more",
}


def order_options(function: F) -> F:
    for option in (
        click.option("--offer", "offer", help="The offer's id; an offer may name the agreement it needs."),
        _choice("--environment", Environment, Environment.PRODUCTION, "Real orders, or the vendor's sandbox."),
        _choice("--channel", Channel, Channel.API, "Where it is ordered."),
        _choice("--operation", Operation, Operation.NEW_PURCHASE, "What is ordered."),
    ):
        function = option(function)
    return function


def _choice(name: str, kind: Any, default: Any, about: str) -> Any:
    words = [word.value for word in kind]
    return click.option(name, type=click.Choice(words), default=default.value, show_default=True, help=about)


def cell(operation: str, channel: str, environment: str, offer: str | None) -> Any:
    from app.core.policy import Cell

    return Cell(Operation(operation), Channel(channel), Environment(environment), offer)


@click.command()
@click.argument("customer_id", type=ID)
@order_options
@click.option("--as-of", "as_of", type=MOMENT, help="On a day, past or coming; now if left out.")
@click.option("--partner", "partner_id", type=ID, help="Whose, when several partners have the customer.")
@as_json
@in_app
def eligibility(customer_id: UUID, as_of: datetime | None, partner_id: UUID | None, json_: bool, **order: Any) -> None:
    """May this customer order, and if not, who must do what?

    Answers allow, deny or unknown, with the rules that decided.

    \b
    Examples: assent eligibility CUSTOMER_ID --operation new-purchase
              assent eligibility CUSTOMER_ID --operation renewal --as-of 2027-01-01
    """
    from app.auth import acts
    from app.installation import installation
    from app.queries import decisions, subjects

    act = acts.console(partner_id)
    at = as_of or act.at
    known = subjects.of(act, customer_id, at)
    decision, step = decisions.answer(known, cell(**order), at, rules_of(known.partner.id))
    base = installation().config.base_url
    answer = decisions.as_json(decision, step, customer_id, lambda path: base + path)
    say({"customerId": str(customer_id)} | answer, json_, _words(answer, step, customer_id))


def _words(answer: dict[str, Any], step: Any, customer: UUID) -> str:
    lines = [answer["decision"] + (f": {answer['reason']}" if "reason" in answer else "")]
    if "agreementType" in answer:
        lines.append(f"missing: {answer['agreementType']}")
    lines += [f"rule: {rule['id']} since {rule['from'][:10]}: {rule['text']}" for rule in answer["rules"]]
    lines += [f"warning: {word}" for word in answer["warnings"]]
    if step:
        lines.append(f"next: {step.action} (by the {step.owner}): {COMMANDS[step.action].format(customer=customer)}")
    if "validUntil" in answer:
        lines.append(f"until: {answer['validUntil']}, as far as rules are known")
    return "\n".join(lines)


@click.command("what-if")
@click.option("--partner", "partner_id", required=True, type=ID, help="Whose portfolio.")
@click.option("--as-of", "as_of", type=MOMENT, help="On a day, past or coming; now if left out.")
@click.option(
    "--rules",
    "rows",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Under these policy rows besides (TOML); nothing is stored.",
)
@order_options
@click.option("--csv", "out", type=click.File("w", encoding="utf-8"), help="Write the whole list to this file.")
@as_json
@in_app
def what_if(
    partner_id: UUID, as_of: datetime | None, rows: Path | None, out: TextIO | None, json_: bool, **order: Any
) -> None:
    """Ask for every customer at a date, or under draft rules.

    Shows how many could order, how many could not and why, and for each of those the next step.

    \b
    Examples: assent what-if --partner ID --as-of 2027-01-01
              assent what-if --partner ID --rules draft.toml --csv blocked.csv
    """
    from app.auth.acts import now
    from app.db import steady
    from app.queries import scope
    from app.queries.whatif import Portfolio

    if out and json_:
        raise click.UsageError("give --csv or --json, not both")
    partner, at = scope.partner(partner_id), as_of or now()
    with steady():
        portfolio = Portfolio(partner, cell(**order), at, _drafted(partner_id, rows))
        counts: Counter[tuple[str, ...]] = Counter()
        for number, answer in portfolio.groups():
            counts[_key(answer)] += number
        head = _summary(partner, at, counts)
        if json_:
            _write_json(head, portfolio, sum(counts.values()))
        else:
            _write_words(head, portfolio, out)


def _drafted(partner_id: UUID, rows: Path | None) -> Any:
    from app.cli.policy import understood
    from app.core.policy import Rulebook

    rules = rules_of(partner_id)
    return Rulebook(understood(rules.policy, rows), rules.catalogue) if rows else rules


def _key(answer: Any) -> tuple[str, ...]:
    decision, step = answer.decision, answer.step
    names = (decision.verdict, decision.reason, decision.missing, step and step.action, step and step.owner)
    return tuple(str(name or "") for name in names)


MEMBERS = ("decision", "reason", "agreementType", "next", "owner")


def _summary(partner: Any, at: datetime, counts: Counter[tuple[str, ...]]) -> dict[str, Any]:
    from app.core.evidence import stamp

    per = Counter(
        {word: sum(n for key, n in counts.items() if key[0] == word) for word in ("allow", "deny", "unknown")}
    )
    groups = [
        {name: value for name, value in zip(MEMBERS, key, strict=True) if value} | {"count": number}
        for key, number in counts.most_common()
    ]
    return {"partnerId": str(partner.id), "asOf": stamp(at), "customers": counts.total(), **per, "reasons": groups}


def _rows(portfolio: Any) -> Any:
    """Everybody who could not order, with a word now and then on how far it has come."""
    for number, (customer, company, answer) in enumerate(portfolio.customers(), start=1):
        if number % TOLD_EVERY == 0:
            click.echo(f"{number:,} customers looked at", err=True)
        if answer.decision.verdict != "allow":
            yield customer, company, answer


def _write_json(head: dict[str, Any], portfolio: Any, total: int) -> None:
    """One object, written while the customers are read: a million of them need not fit into memory."""
    tails: dict[int, str] = {}
    write = sys.stdout.write
    write(json.dumps(head)[:-1] + ', "items": [')
    comma = ""
    for customer, company, answer in _rows(portfolio):
        if id(answer) not in tails:
            shown = {name: value for name, value in zip(MEMBERS, _key(answer), strict=True) if value}
            tails[id(answer)] = json.dumps(shown)[1:]
        write(f'{comma}{{"customerId": "{customer}", "company": {json.dumps(company)}, {tails[id(answer)]}')
        comma = ","
    write("]}\n")


def _write_words(head: dict[str, Any], portfolio: Any, out: TextIO | None) -> None:
    click.echo(f"{head['customers']:,} customer{'s' * (head['customers'] != 1)} on {head['asOf'][:10]}: ", nl=False)
    click.echo(f"{head['allow']:,} may order, {head['deny']:,} may not, {head['unknown']:,} unknown")
    for group in head["reasons"]:
        following = f"; next: {group['next']} (by the {group['owner']})" if "next" in group else ""
        named = f": {group['reason']}, {group.get('agreementType', '')}".rstrip(", ") if "reason" in group else ""
        click.echo(f"{group['count']:>10,}  {group['decision']}{named}{following}")
    # A list of nobody is written too: an older one must not stand in its place.
    if out or head["deny"] or head["unknown"]:
        _write_list(portfolio, out)


def _write_list(portfolio: Any, out: TextIO | None) -> None:
    table = csv.writer(out) if out else None
    if table:
        table.writerow(["customerId", "company", *MEMBERS])
    for number, (customer, company, answer) in enumerate(_rows(portfolio)):
        if table:
            table.writerow([customer, guarded(company), *_key(answer)])
        elif number < SHOWN:
            step = answer.step
            click.echo(f"{customer}  {company}" + (f"  {step.action} (by the {step.owner})" if step else ""))
        else:
            click.echo("… and more: --csv FILE writes the whole list, --json prints it")
            return


def guarded(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") else value
