"""The writers of the feed's long test: processes that change the agreements of one partner at random."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
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
ADDING, TOGETHER = 0.2, 3
ANA = ("direct-bill", "admin-agent")


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
