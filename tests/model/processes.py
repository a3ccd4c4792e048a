"""Processes of their own: writers that change agreements, and sequencers that number what the writers committed."""

import random
import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from flask import Flask

from app import create_app, sequencer
from app.commands import deliveries, invitations
from app.commands.invitations import Ask
from app.config import load
from app.core.contact import Contact
from app.core.refusals import Reason, Refused
from app.core.vocabulary import InvitationKind
from app.db import db, transaction
from app.installation import installation
from tests.cast import NOW
from tests.model import world
from tests.model.racing import Case

# One process imports everything once; the others are forked from it, before any thread or connection exists.
_context = get_context("forkserver")
_context.set_forkserver_preload(["pytest", __name__])

Home = tuple[str, str]
"""The instance folder and the address of the database."""

BATCH = 7
PAUSE = 0.02
NILS = Contact("Nils", "Ek", "nils@contoso.example")


class Regret(Exception):
    """Something goes wrong after the command: its transaction must leave nothing, not even a number."""


def _app(home: Home) -> Flask:
    app = create_app(load({"ASSENT_INSTANCE": home[0], "ASSENT_DATABASE_URL": home[1]}), web=False)
    with app.app_context():
        world.hurry(db.engine)
    return app


def write(home: Home, cases: Sequence[Case], times: int, seed: int) -> None:
    """So many committed changes of randomly chosen agreements; one try in ten is rolled back at the end."""
    app, dice = _app(home), random.Random(seed)
    written = 0
    while written < times:
        with app.app_context():
            try:
                _invite_again(dice.choice(cases), dice)
                written += 1
            except Regret:
                pass
            except Refused as refused:
                if refused.reason is not Reason.CHANGED_MEANWHILE:
                    raise


def _invite_again(case: Case, dice: random.Random) -> None:
    act = world.staff(NOW, ("direct-bill", "admin-agent"))
    ask = Ask(InvitationKind.AGREEMENT, NILS, "en")
    with transaction():
        stands = case.read()
        asked = invitations.invite(act, stands.machine, stands.relationship, ask, installation().rules)
        if dice.random() < 0.1:
            deliveries.mark_sent(act, {asked.id: asked.mail_id})
        if dice.random() < 0.1:
            db.session.flush()
            raise Regret


def number(home: Home) -> None:
    """As a worker does it, without end; in small batches, so that a kill often hits one."""
    app = _app(home)
    while True:
        with app.app_context():
            if not (sequencer.pulse() and sequencer.stamp(BATCH)):
                time.sleep(PAUSE)


def start_writer(home: Home, cases: Sequence[Case], times: int, seed: int) -> BaseProcess:
    process = _context.Process(target=write, args=(home, cases, times, seed), daemon=True)
    process.start()
    return process


def start_sequencer(home: Home) -> BaseProcess:
    process = _context.Process(target=number, args=(home,), daemon=True)
    process.start()
    return process
