"""A step of a life: run the command in a transaction, then hold the answer and every row against the model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from app.core.act import Act
from app.core.policy import Rulebook
from app.core.refusals import Refused
from app.db import db, transaction
from app.models import Invitation, Machine, Relationship
from tests.model import reading, world
from tests.model.agreement import NEWS, Model
from tests.model.world import Place, World

Command = Callable[[Machine, Relationship], object]
Answer = Callable[[Machine, Relationship, Invitation], object]


Method = TypeVar("Method", bound=Callable[..., None])


@dataclass(frozen=True)
class Happening:
    """Something that a life can bring: the name of a method, and what it is drawn with."""

    name: str
    drawn: st.SearchStrategy[dict[str, Any]] = field(repr=False)
    needs_invitation: bool = field(repr=False)


HAPPENINGS: list[Happening] = []


def happens(often: int, **drawn: st.SearchStrategy[Any]) -> Callable[[Method], Method]:
    """Marks what can happen in a life: how often beside the rest, and with what.

    One rule draws from all of them. Left to choose among many rules, Hypothesis leaves most of them out of most lives.
    """

    def mark(method: Method) -> Method:
        HAPPENINGS.extend([Happening(method.__name__, st.fixed_dictionaries(drawn), "which" in drawn)] * often)
        return method

    return mark


class Compared(RuleBasedStateMachine):
    home: World
    place: Place
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
        self.invitations: list[UUID] = []
        self.agreed = False

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        possible = [each for each in HAPPENINGS if self.invitations or not each.needs_invitation]
        happening = data.draw(st.sampled_from(possible))
        getattr(self, happening.name)(**data.draw(happening.drawn))

    @property
    def state(self) -> str:
        return str(self.model["state"])

    @property
    def rulebook(self) -> Rulebook:
        return self.home.rulebook(self.model["versions"])

    def asked(self, which: int) -> dict[str, Any]:
        found: dict[str, Any] = self.model["invitations"][max(which, -len(self.invitations))]
        return found

    def somebody(self, flaw: str | None) -> Act:
        return (
            world.staff(self.at, ("direct-bill", "admin-agent")) if flaw == "not-signed-in" else world.customer(self.at)
        )

    def answer(self, pair: tuple[str, str], word: str | None, which: int, command: Answer) -> None:
        """A step with one of the invitations."""
        asked = self.invitations[max(which, -len(self.invitations))]
        self.step(
            pair,
            word,
            lambda machine, relationship: command(machine, relationship, db.session.get_one(Invitation, asked)),
        )

    def step(self, pair: tuple[str, str], word: str | None, command: Command) -> None:
        self.agreed = False
        db.session.remove()
        try:
            with transaction() as session:
                machine = session.get_one(Machine, self.place.machine)
                command(machine, session.get_one(Relationship, self.place.relationship))
            said = None
        except Refused as refused:
            said = refused.reason.value
        assert said == word, f"{pair[1]}: {said or 'done'}, where the rules say {word or 'done'}"
        self.home.note(pair, said)
        self.compare()

    def compare(self) -> None:
        """The rows are those of the model, and no others: so a refused command left none."""
        standing, rows = reading.seen(self.place.partner)
        told = self.model | {"number": len(self.model["records"])}
        assert standing == {name: told[name] for name in standing}
        assert rows == +self.model["tally"]
        self.agreed = True

    def teardown(self) -> None:
        """At the end of a life: the chain stands, tells the same story, and each record became news."""
        if not self.agreed:
            return
        told = [(r["event"], r["before"], r["after"]) for r in reading.assert_chain_is_sound(self.place.machine)]
        assert told == self.model["records"]
        news = [(NEWS[event], number) for number, (event, _, _) in enumerate(told, start=1)]
        assert reading.news(self.place.partner) == news
        self.home.ended(self.model)
