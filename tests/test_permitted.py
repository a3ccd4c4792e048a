"""Every command names who may give it: asked of the source, so that a new one cannot forget."""

import ast
from collections.abc import Iterator
from pathlib import Path

COMMANDS = Path(__file__).resolve().parent.parent / "app" / "commands"
# Asking the table, the machine's own guards, or for the kind of actor.
ASKS = {"require", "require_own", "refusal", "ActorKind", "WithdrawFacts", "_forbidden", "_allowed", "reported"}
# Commands that no caller gives: parts of others, and what the clock, the worker and a visitor with a link do.
OTHERWISE = {
    "accounts.begin": "a user's who gave the right password",
    "accounts.change_password": "a signed-in user's own",
    "accounts.end": "a signed-in user's own",
    "accounts.own_password": "part of the two that change a password",
    "acceptances.block": "part of identify, accept and report_refusal; its guard wants purchases",
    "attestations.facts_of": "reads only",
    "credentials.account": "reads only",
    "credentials.end": "part of other commands",
    "credentials.end_with": "part of other commands",
    "credentials.wipe_at": "part of other commands",
    "customers.machine_for": "part of attest: an agreement's first use",
    "deliveries.give_up": "the worker's: a relay answered",
    "deliveries.mark_sent": "the worker's: a relay answered",
    "files.attach": "part of other commands",
    "entries.begin": "part of signing in",
    "entries.change_password": "a signed-in person's own; it asks for whom",
    "entries.count_code": "counts tries",
    "entries.count_sign_in": "counts tries",
    "entries.count_visit": "counts tries",
    "entries.end": "whoever holds the session",
    "entries.end_links": "part of other commands",
    "entries.end_others": "part of other commands, and a signed-in person's own",
    "entries.follow": "whoever holds the link",
    "entries.link": "reads only",
    "entries.set_factor": "a signed-in person's own",
    "entries.verify": "whoever gave the right code",
    "files.keep": "part of other commands",
    "firing.append": "the one path",
    "firing.create_machine": "the one path",
    "firing.fire": "the one path",
    "firing.note": "the one path",
    "firing.tell": "the one path",
    "invitations.end": "part of revoke, expire and remove",
    "invitations.expire": "the clock's",
    "invitations.pose": "part of invite, resend and hand-over",
    "owing.owe": "the one path",
    "partners.add_partner": "the operator's; there is nobody before the first partner",
    "portal.ask_code": "a visitor's with a live link",
    "portal.change_password": "a signed-in user's own",
    "portal.count": "counts tries",
    "portal.count_sign_in": "counts tries",
    "portal.enter": "a visitor's with a live link",
    "portal.identify": "a visitor's who gave the right code or password",
    "portal.successor": "for a visitor who sent the right code or password twice",
    "portal.next_code": "counts tries",
    "portal.owe_code": "part of other commands",
    "portal.try_code": "counts tries",
    "reveals.ask_code": "a visitor's with a live link",
    "reveals.expire": "the clock's",
    "reveals.reveal": "a visitor's who gave the right code",
    "reveals.try_code": "counts tries",
    "reminding.remind": "the clock's",
    "reminding.stop": "whoever holds the link of a reminder",
    "reports.machine_about": "reads only",
    "credentials.undelivered": "the worker's, and returns.bounced, which asks who says so",
    "pauses.strike": "the worker's: a relay answered",
    "staff.speak": "everybody's own",
    "statements.keep": "part of accept and attest",
    "duties.take": "it is assign to oneself",
    "tasks.arrived": "part of other commands",
    "tasks.ask_once": "part of other commands",
    "tasks.finish": "part of other commands",
    "tasks.finish_all": "part of other commands",
    "suppressions.suppress": "part of recording a hard bounce or a complaint",
    "webhooks.registration": "reads only",
}


def commands() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(COMMANDS.glob("*.py")):
        found = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
        for node in found:
            if not node.name.startswith("_") and "act" in [argument.arg for argument in node.args.args]:
                yield f"{path.stem}.{node.name}", node


def asks(node: ast.FunctionDef) -> bool:
    return bool({name.id for name in ast.walk(node) if isinstance(name, ast.Name)} & ASKS)


def test_every_command_names_its_permission_or_is_known_to_need_none() -> None:
    assert {name for name, node in commands() if not asks(node)} == set(OTHERWISE)
