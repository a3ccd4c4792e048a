"""The declared machine as data and as text: what lists, `assent machine` and the README are made from."""

from dataclasses import dataclass
from typing import Any

from app.core.lifecycle import Event, Lifecycle, State
from app.core.refusals import Reason, Refused


@dataclass(frozen=True)
class Move:
    source: State
    event: Event
    target: State
    guards: tuple[str, ...]
    when: str | None


def moves() -> tuple[Move, ...]:
    """Every declared move, in the order of the page."""
    found = [
        Move(
            State(state.value),
            Event(transition.event),
            State(transition.target.value),
            tuple(str(guard.func.__name__) for guard in transition.validators),
            next((str(cond.func.__name__) for cond in transition.cond), None),
        )
        for state in Lifecycle.states
        for transition in state.transitions
    ]
    return tuple(sorted(found, key=lambda move: list(Event).index(move.event)))


MOVES = moves()
LEGAL = frozenset((move.source, move.event) for move in MOVES)


_CANDIDATES: dict[tuple[State, Event], list[Any]] = {}
for _state in Lifecycle.states:
    for _transition in _state.transitions:
        _CANDIDATES.setdefault((State(_state.value), Event(_transition.event)), []).append(_transition)


def objection(state: State, event: Event, facts: object) -> Reason | None:
    """What the machine would say, without making one: the word of the refusal, or None."""
    candidates = _CANDIDATES.get((state, event))
    if not candidates:
        return Reason.WRONG_STATE
    try:
        for guard in candidates[0].validators:
            guard.func(facts)
    except Refused as refused:
        return refused.reason
    return None


def as_json() -> dict[str, object]:
    return {
        "states": [{"value": state, "initial": state is State.UNCONFIRMED} for state in State],
        "events": list(Event),
        "moves": [
            {
                "event": move.event,
                "from": move.source,
                "to": move.target,
                "guards": list(move.guards),
                "when": move.when,
            }
            for move in MOVES
        ],
    }


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")


def as_table() -> str:
    """A Markdown table: one line a move."""
    lines = ["| event | from | to | guarded by | chosen when |", "|---|---|---|---|---|"]
    lines += [
        f"| `{move.event}` | `{move.source}` | `{move.target}` "
        f"| {', '.join(map(_words, move.guards)) or '-'} | {_words(move.when) or '-'} |"
        for move in MOVES
    ]
    return "\n".join(lines)


def as_diagram() -> str:
    """A Mermaid state diagram; states carry their wire value, parallel moves share one arrow."""
    alias = {state: state.replace("-", "_") for state in State}
    lines = ["stateDiagram-v2", *(f'    state "{state}" as {alias[state]}' for state in State)]
    lines.append(f"    [*] --> {alias[State.UNCONFIRMED]}")
    arrows: dict[tuple[State, State], list[str]] = {}
    for move in MOVES:
        arrows.setdefault((move.source, move.target), []).append(move.event)
    lines += [
        f"    {alias[source]} --> {alias[target]}: {', '.join(events)}" for (source, target), events in arrows.items()
    ]
    return "\n".join(lines)


def as_readme() -> str:
    return f"```mermaid\n{as_diagram()}\n```\n\n{as_table()}"
