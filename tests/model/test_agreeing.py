"""What is offered, what comes next, the gate and the commands agree, whatever an agreement's circumstances are."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.gate import Verdict
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.steps import OBJECTIONS
from app.core.vocabulary import Cloud, RelationshipState, Role
from tests.model.agreeing_checks import TURNS, Met, check, lived, offered
from tests.model.agreeing_doing import DOING, outcome, undone
from tests.model.agreeing_lives import Life, Shared, Stand, can_stand, fits
from tests.model.agreeing_people import PREPARER, People, Side, gather
from tests.model.agreeing_times import CLOUD, MCA, Era, eras
from tests.sizes import FULL, size

LIVES = size(300)
SETTINGS = settings(
    max_examples=LIVES,
    database=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
# Of every circumstance, what it can be; what is common stands there more often.
CIRCUMSTANCES: dict[str, Sequence[Any]] = {
    "side": list(Side),
    "relation": [RelationshipState.ACTIVE] * 4 + [RelationshipState.REQUESTED, RelationshipState.REMOVED],
    "cloud": [Cloud.PUBLIC] * 6 + [Cloud.CHINA, Cloud.GERMANY, Cloud.US_GOVERNMENT],
    "bought": [None, None, "own", "other"],
    "draft": [None, None, "waiting", "waiting", "returned"],
    "disputed": [False, False, True],
    "four_eyes": [False, True],
    "shared": [None, None, None, *Shared],
    "mirror": [False] * 7 + [True],
}
# The rules are the same on both engines; that the commands are too is shown by the corners, and at full size by all.
ENGINES, OTHER = (["sqlite", "postgresql"],) * 2 if FULL else (["sqlite"], ["postgresql"])
REMOVED = {"relation": RelationshipState.REMOVED}
# What only few lives come to: era, how it stands, what is special.
CORNERS: list[tuple[str, Stand, dict[str, Any]]] = [
    ("as shipped", Stand.UNCONFIRMED, REMOVED | {"cloud": Cloud.CHINA}),
    ("as shipped", Stand.ATTESTED, REMOVED | {"mirror": True}),
    ("as shipped", Stand.INVITED, {"bought": "other"}),
    ("only the Cloud Agreement", Stand.ATTESTED, {"kind": CLOUD, "side": Side.JOINED}),
    ("only the Cloud Agreement", Stand.UNCONFIRMED, REMOVED),
    ("either agreement", Stand.ATTESTED, {"disputed": True, "draft": "waiting"}),
    ("no direct route yet", Stand.UNCONFIRMED, {"side": Side.PROVIDER}),
    ("newer version without grace", Stand.DIRECT, {"bought": "own", "shared": Shared.FRESH}),
    ("cut-off", Stand.DIRECT, {"draft": "returned"}),
    ("cut-off", Stand.ATTESTED, {"shared": Shared.OLD, "four_eyes": True}),
    ("cut-off", Stand.UNCONFIRMED, {"shared": Shared.MAILBOX}),
    ("cut-off that ended", Stand.DIRECT_OVERDUE, {}),
    ("cut-off in the dashboard", Stand.ATTESTED, {}),
]


@st.composite
def lives(draw: st.DrawFn, found: dict[str, Era]) -> Life:
    """Any life that the rules of its time allow."""
    era, kind = draw(st.sampled_from(list(found.values()))), draw(st.sampled_from([MCA] * 5 + [CLOUD]))
    starts = [(stand, old) for stand in Stand for old in (False, True) if can_stand(era, stand, kind, old=old)]
    stand, old = draw(st.sampled_from(starts))
    life = Life(stand, era, kind, old)
    for circumstance, values in CIRCUMSTANCES.items():
        possible = [value for value in values if fits(replace(life, **{circumstance: value}))]
        life = replace(life, **{circumstance: draw(st.sampled_from(possible))})
    return life


@pytest.fixture(scope="module")
def people(built: Flask) -> People:
    with built.app_context():
        return gather()


def test_every_action_that_can_be_offered_is_tried() -> None:
    assert set(DOING) == set(OBJECTIONS)


def test_a_token_carries_the_roles_of_its_own_holder(people: People) -> None:
    """A partner's people hold all the roles there are: a token must not gather those of others."""
    for firm in (people.direct, people.provider, people.reseller):
        assert firm.named("service").roles == {Role.ADMIN_AGENT}
        assert firm.named("helpdesk service").roles == firm.named("helpdesk's token").roles == {Role.HELPDESK_AGENT}
        assert firm.named("app").roles == set()


@pytest.mark.parametrize("database_url", ENGINES, indirect=True)
def test_every_state_keeps_its_word_to_everybody(app: Flask, people: People) -> None:
    """Each way to stand, each role: with a newer version out, for that brings about all of them."""
    met, era = Met(), eras()["newer version with grace"]
    for stand in Stand:
        check(people, Life(stand, era, old=bool(stand.held), side=Side.RESOLD), met)
    assert met.words("state") == set(State)


@pytest.mark.parametrize("database_url", OTHER, indirect=True)
def test_corners_keep_their_word(app: Flask, people: People) -> None:
    met, found = Met(), eras()
    for name, stand, special in CORNERS:
        life = Life(stand, found[name], **{"old": bool(stand.held)} | special)
        assert fits(life), life
        check(people, life, met, turn=0)


@pytest.mark.soak
@pytest.mark.parametrize("database_url", ENGINES, indirect=True)
def test_no_circumstances_make_an_offer_that_is_not_kept(app: Flask, people: People) -> None:
    met = Met()

    @settings(SETTINGS)
    @given(lives(eras()), st.integers(0, TURNS - 1))
    def each(life: Life, turn: int) -> None:
        check(people, life, met, turn)

    each()
    assert met.lives >= LIVES
    assert met.words("state") == set(State)
    assert met.words("verdict") == set(Verdict)
    assert met.words("done") == met.words("refused") == set(OBJECTIONS)
    assert met.words("end") == {"confirmed", "dead end"}


def test_with_four_eyes_nobody_is_offered_or_gets_to_approve_what_they_prepared(app: Flask, people: People) -> None:
    life = Life(Stand.BLOCKED, eras()["as shipped"], draft="waiting", four_eyes=True)
    with lived(people, life) as place:
        preparer, other = people.direct.named(PREPARER), people.direct.named(Role.SALES_AGENT)
        for lent in (None, f"Bo Ek <{other.email}>"):
            own = replace(preparer, on_behalf_of=lent)
            assert Action.APPROVE_DRAFT not in offered(replace(own, at=place.now), place)["allowedActions"]
            assert outcome(Action.APPROVE_DRAFT, own, place) == "second-person-needed"
        assert Action.APPROVE_DRAFT in offered(replace(other, at=place.now), place)["allowedActions"]
        with undone():
            assert outcome(Action.APPROVE_DRAFT, other, place) is None
