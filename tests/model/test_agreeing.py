"""What is offered, what comes next, the gate and the commands agree, whatever an agreement's circumstances are."""

import time

import pytest
from flask import Flask

from app.core.steps import OBJECTIONS
from tests.model.agreeing_checks import Met, check
from tests.model.agreeing_doing import DOING
from tests.model.agreeing_lives import Life, Stand, can_stand
from tests.model.agreeing_people import gather
from tests.model.agreeing_times import MCA, eras


def test_x(app: Flask) -> None:
    people, met = gather(), Met()
    t = time.time()
    bad = []
    for name, era in eras().items():
        for stand in Stand:
            for old in (False, True):
                if can_stand(era, stand, MCA, old=old):
                    try:
                        check(people, Life(stand, era, name, old=old), met)
                    except AssertionError as e:
                        bad.append(str(e))
    print(time.time() - t, met)
    print("\n".join(bad))
    assert 0
