"""The processes of the feed's long test: writers that change agreements, and a follower that keeps what it was told.

`python -m tests.faults.feeding ADDRESS TOKEN FILE` follows: a line an event, added to the file a page at a time. The
last whole line is the follower's cursor, so what it did and how far it came are never told apart by a kill.
"""

import json
import random
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from app import create_app
from app.commands import attestations, customers, invitations
from app.commands.customers import Profile
from app.commands.invitations import Ask
from app.config import load
from app.core.contact import Contact
from app.core.lifecycle import State
from app.core.refusals import Refused
from app.core.vocabulary import InvitationKind
from app.db import db, transaction
from app.installation import installation
from app.models import Machine, Partner, Relationship
from tests.cast import NOW
from tests.model import world
from tests.model.processes import Home

_context = get_context("forkserver")
_context.set_forkserver_preload(["pytest", "tests.model.processes", __name__])
SOON, WAIT, SIZE = 0.05, 10, 100
ADDING, TOGETHER = 0.2, 3
ANA = ("direct-bill", "admin-agent")


# Writing


@dataclass
class Writer:
    """Changes the agreements of one partner at random; those it made itself, and those that others change as well."""

    partner: UUID
    shared: list[UUID]
    dice: random.Random
    own: list[UUID] = field(default_factory=list)
    people: int = 0

    def write(self) -> int:
        """One transaction; answers how many events it was."""
        with transaction():
            adding = not (self.own or self.shared) or self.dice.random() < ADDING
            return self._add() if adding else self._change()

    def _add(self) -> int:
        partner, many = db.session.get_one(Partner, self.partner), self.dice.randint(1, TOGETHER)
        for _ in range(many):
            about = Profile("Contoso", "SE", "en", self._somebody())
            self.own.append(customers.add_customer(world.console(NOW), partner, about).relationship.id)
        return many

    def _change(self) -> int:
        relationship = db.session.get_one(Relationship, self.dice.choice(self.own + self.shared))
        machine = db.session.query(Machine).filter_by(customer_id=relationship.customer_id).one()
        act, who, rules = world.staff(NOW, ANA), self._somebody(), installation().rules
        if self.dice.random() < 0.5:
            attestations.attest(act, machine, relationship, who, NOW - timedelta(days=1), rules)
        elif machine.state is State.ATTESTED:
            attestations.withdraw(act, machine, "they asked for it")
        else:
            invitations.invite(act, machine, relationship, Ask(InvitationKind.AGREEMENT, who, "en"), rules)
        return 1

    def _somebody(self) -> Contact:
        self.people += 1
        return Contact("Nils", "Ek", f"nils{self.people}@contoso{id(self)}.example")


def write(home: Home, partner: UUID, shared: list[UUID], times: int, seed: int) -> None:
    """So many events at least; what is refused, or lost to another writer, is tried otherwise."""
    app = create_app(load({"ASSENT_INSTANCE": home[0], "ASSENT_DATABASE_URL": home[1]}))
    writer, written = Writer(partner, shared, random.Random(seed)), 0
    with app.app_context():
        world.hurry(db.engine)
        while written < times:
            try:
                written += writer.write()
            except Refused:
                continue
            finally:
                db.session.rollback()


def start_writer(home: Home, partner: UUID, shared: list[UUID], times: int, seed: int) -> BaseProcess:
    process = _context.Process(target=write, args=(home, partner, shared, times, seed), daemon=True)
    process.start()
    return process


# Following


def follow(address: str, token: str, kept: Path) -> None:
    with kept.open("ab+") as file:
        cursor = resume(file)
        while True:
            page = ask(f"{address}/v1/changes?after={cursor}&wait={WAIT}&size={SIZE}", token)
            if page is None:
                time.sleep(SOON)
                continue
            file.write(b"".join(json.dumps(item).encode() + b"\n" for item in page["items"]))
            file.flush()
            cursor = page["cursor"]


def resume(file: Any) -> str:
    """Where the last whole line ends; what a kill has cut off is thrown away and asked for again."""
    file.seek(0)
    lines = file.read().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    file.truncate(sum(map(len, whole)))
    return str(json.loads(whole[-1])["seq"]) if whole else ""


def ask(where: str, token: str) -> Any:
    """The answer; nothing while nobody serves."""
    request = urllib.request.Request(where, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=WAIT + 5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        return None
    except (OSError, ValueError, HTTPException):
        return None


if __name__ == "__main__":
    follow(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
