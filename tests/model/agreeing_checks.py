"""What must agree about one life: what is offered, what commands do, what the gate says, and what comes next."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.commands import customers
from app.core.act import Act
from app.core.gate import Decision, Verdict, decide
from app.core.lifecycle import Event
from app.core.permissions import Action
from app.core.refusals import Refused
from app.core.steps import OBJECTIONS, Case, Step, next_step
from app.core.vocabulary import AgreementType, Owner, Role
from app.db import db, transaction
from app.models import Invitation, Machine, Relationship
from app.queries import decisions, subjects
from tests.model import world
from tests.model.agreeing_begun import accept, begin, newest
from tests.model.agreeing_doing import PURCHASE, outcome, undone
from tests.model.agreeing_lives import Life, Place
from tests.model.agreeing_people import PREPARER, People

# What can bring an acceptance nearer; when none of it is possible there is no next step.
NEARER = (Action.INVITE, Action.ATTEST, Action.SUBMIT_DRAFT, Action.APPROVE_DRAFT)
MOST_STEPS = 6
# So many lives it takes until each of the callers has had a turn.
TURNS = 4
IN_TURNS_ONLY = ("by settings", "helpdesk service", "helpdesk's token", PREPARER)


@dataclass
class Met:
    """What was compared, so that a test can tell that it saw everything it is about."""

    lives: int = 0
    pairs: int = 0
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, what: str, *words: object) -> None:
        self.seen.update((what, str(word)) for word in words)

    def words(self, what: str) -> set[str]:
        return {word for kind, word in self.seen if kind == what}


class Over(Exception):
    """Ends a life without a trace."""


@contextmanager
def lived(people: People, life: Life) -> Iterator[Place]:
    """A life in a transaction of its own that is never committed."""
    try:
        with transaction():
            yield begin(people, life)
            raise Over
    except Over:
        return


def check(people: People, life: Life, met: Met, turn: int | None = None) -> None:
    """Everything about one life; with a turn only those callers try whose turn it is, else one of each role."""
    with lived(people, life) as place:
        met.lives += 1
        met.note("state", db.session.get_one(Machine, place.machine).state)
        offers_are_kept(people, place, met, turn)
        nothing_shows_to_strangers(people, place, met, turn)
        what_comes_next_leads_to_the_end(people, place, met)


def looked_at(place: Place, kind: AgreementType) -> tuple[Case, Decision]:
    relationship = db.session.get_one(Relationship, place.relationship)
    known = subjects.around(relationship, place.now)
    case = known.case(kind, place.now, place.rules)
    return case, decide(known.subject, PURCHASE, place.now, place.rules)


def offered(act: Act, place: Place) -> dict[str, Any]:
    """What the caller is told over HTTP."""
    known = subjects.of(act, place.customer, place.now)
    return decisions.expanded(act, known, place.life.kind, place.now, place.rules, lambda path: path)


def _taking_turns(callers: dict[str, Act], turn: int | None) -> list[tuple[str, Act]]:
    if turn is None:
        return [(name, act) for name, act in callers.items() if not name.endswith(IN_TURNS_ONLY)]
    return list(callers.items())[turn::TURNS]


def offers_are_kept(people: People, place: Place, met: Met, turn: int | None = None) -> None:
    """An action is offered if and only if the command then succeeds."""
    wrong = []
    _, decision = looked_at(place, place.life.kind)
    met.note("verdict", decision.verdict)
    for name, act in _taking_turns(people.callers(place.life.side), turn):
        told = offered(replace(act, at=place.now), place)["allowedActions"]
        for action in OBJECTIONS:
            with undone():
                word = outcome(action, act, place)
            met.pairs += 1
            met.note("done" if word is None else "refused", action)
            if (action in told) != (word is None):
                wrong.append(f"{name}: {action} {'' if action in told else 'not '}offered, and is {word or 'done'}")
            if action is Action.PLACE_ORDER and word is None:
                assert decision.verdict is Verdict.ALLOW
    assert not wrong, "\n".join([f"{place.life}", *wrong])


def nothing_shows_to_strangers(people: People, place: Place, met: Met, turn: int | None = None) -> None:
    for name, act in _taking_turns(people.strangers(place.life.side), turn):
        with pytest.raises(Refused, match="not-found"):
            offered(replace(act, at=place.now), place)
        # Adding the same tenant is how somebody else begins an agreement of its own with it.
        for action in set(OBJECTIONS) - {Action.ADD_CUSTOMER}:
            with undone():
                word = outcome(action, act, place)
            met.pairs += 1
            assert word in ("not-found", "role-not-allowed"), f"{name} {action}: {word}"


# The chain of what comes next.


def what_comes_next_leads_to_the_end(people: People, place: Place, met: Met) -> None:
    """Each step can be made by its owner, and after the last one the order is let through if it ever can be."""
    _, decision = looked_at(place, place.life.kind)
    for kind in sorted({place.life.kind, decision.missing or place.life.kind}):
        with undone():
            relationship = db.session.get_one(Relationship, place.relationship)
            machine = customers.machine_for(world.console(place.now), relationship, kind)
            _follow(people, replace(place, life=replace(place.life, kind=kind), machine=machine.id), met)


def _follow(people: People, place: Place, met: Met) -> None:
    made: list[Step] = []
    while step := next_step(looked_at(place, place.life.kind)[0]):
        met.note("next", f"{step.action} by {step.owner}")
        made.append(step)
        assert len(made) <= MOST_STEPS, f"{place.life}: no end to {made}"
        word = _make(people, place, step)
        assert word is None, f"{place.life}: {made} is refused: {word}"
    case, decision = looked_at(place, place.life.kind)
    done = case.confirmed and case.subject.related
    met.note("end", "confirmed" if done else "dead end")
    if done:
        assert decision.missing is not place.life.kind, f"{place.life}: after {made} still {decision.reason}"
    else:
        assert not made, f"{place.life}: {made} led nowhere"
        assert not _nearer(people, place, case), f"{place.life}: there is something to do"


def _make(people: People, place: Place, step: Step) -> str | None:
    if step.action is Event.ACCEPT:
        assert step.owner is Owner.CUSTOMER
        return _accepted(place)
    assert isinstance(step.action, Action)
    # Whoever approves is not the admin agent that prepared.
    who = "sales and global" if step.action is Action.APPROVE_DRAFT else Role.ADMIN_AGENT
    act = people.owner(step.owner, place.life.side).named(who)
    assert step.action in offered(replace(act, at=place.now), place)["allowedActions"], f"{place.life}: {step}"
    return outcome(step.action, act, place)


def _accepted(place: Place) -> str | None:
    machine = db.session.get_one(Machine, place.machine)
    asked = newest(Invitation, place.machine)
    relationship = db.session.get_one(Relationship, place.relationship)
    try:
        accept(place.now, machine, relationship, db.session.get_one(Invitation, asked), place.rules)
    except Refused as refused:
        return refused.reason.value
    return None


def _nearer(people: People, place: Place, case: Case) -> list[str]:
    """What somebody could do all the same, if need be after adding the customer once more."""
    callers, found = people.callers(place.life.side), []
    with undone():
        if not case.subject.related and outcome(Action.ADD_CUSTOMER, callers["console"], place):
            return []
        for name in (name for name in callers if name.endswith((Role.ADMIN_AGENT, "sales and global", "console"))):
            for action in NEARER:
                with undone():
                    found += [f"{action} by {name}"] * (outcome(action, callers[name], place) is None)
    return found
