"""What is printed about the machine is the machine: as JSON, as a table, as a diagram, and in the README."""

import json
import re
from pathlib import Path

from app.core import topology
from app.core.lifecycle import Lifecycle
from tests.core.test_lifecycle import TABLE

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- machine:begin -->", "<!-- machine:end -->"


def declared() -> list[tuple[str, str, str, tuple[str, ...], str | None]]:
    """event, from, to, guards and condition of every transition, asked of the class itself."""
    return [
        (
            transition.event,
            str(transition.source.value),
            str(transition.target.value),
            tuple(guard.func.__name__ for guard in transition.validators),
            next((condition.func.__name__ for condition in transition.cond), None),
        )
        for state in Lifecycle.states
        for transition in state.transitions
    ]


def test_json_lists_every_move_of_the_class_and_no_other() -> None:
    said = json.loads(json.dumps(topology.as_json()))
    moves = [(m["event"], m["from"], m["to"], tuple(m["guards"]), m["when"]) for m in said["moves"]]
    assert len(moves) == len(set(moves)) == 21
    assert set(moves) == set(declared())


def test_json_lists_the_states_and_the_events_of_the_class() -> None:
    said = json.loads(json.dumps(topology.as_json()))
    assert said["states"] == [{"value": str(s.value), "initial": s.initial} for s in Lifecycle.states]
    assert len(said["events"]) == 7
    assert set(said["events"]) == {event for event, *_ in declared()}


def test_what_lists_know_without_a_machine_is_what_the_machine_does() -> None:
    possible = {(state, event) for state, event, target in TABLE if target != "wrong-state"}
    assert {(state.value, event.value) for state, event in topology.LEGAL} == possible


def test_the_table_has_a_line_for_every_move_of_the_class() -> None:
    heading, ruler, *lines = topology.as_table().splitlines()
    assert heading.count("|") == ruler.count("|") == 6
    spoken = {
        (
            f"`{event}`",
            f"`{source}`",
            f"`{target}`",
            ", ".join(guards).replace("_", " "),
            (when or "-").replace("_", " "),
        )
        for event, source, target, guards, when in declared()
    }
    assert {tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines} == spoken
    assert len(lines) == len(declared())


def test_the_diagram_draws_every_move_of_the_class() -> None:
    lines = [line.strip() for line in topology.as_diagram().splitlines()]
    assert lines[0] == "stateDiagram-v2"
    named = {alias: value for line in lines for value, alias in re.findall(r'^state "(.+)" as (\w+)$', line)}
    assert sorted(named.values()) == sorted(str(state.value) for state in Lifecycle.states)
    assert [line for line in lines if line.startswith("[*]")] == ["[*] --> unconfirmed"]
    drawn = {
        (event, named[source], named[target])
        for line in lines
        for source, target, events in re.findall(r"^(\w+) --> (\w+): (.+)$", line)
        for event in events.split(", ")
    }
    assert drawn == {(event, source, target) for event, source, target, _, _ in declared()}


def test_the_readme_shows_the_machine_as_it_is() -> None:
    text = README.read_text(encoding="utf-8")
    assert (text.count(BEGIN), text.count(END)) == (1, 1)
    shown = text.split(BEGIN)[1].split(END)[0]
    assert shown.strip() == topology.as_readme(), "paste app.core.topology.as_readme() between the README's markers"
