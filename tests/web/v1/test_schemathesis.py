"""Requests made up from the API's own description, sound ones and spoilt ones: every answer is as the description says.

By default a few of each operation; at full size more than ten thousand, with every boundary the description names.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis import BaseSchema, Case, Response
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.config import Config, load
from app.core.refusals import Reason
from app.web.v1 import waiting
from app.web.v1.routes import ROUTES
from tests.engines import on_sqlite  # noqa: F401
from tests.sizes import FULL
from tests.web.v1.inhabited import DOCUMENT, described, settle

CASES = 10_000 if FULL else 200
A_PIECE = 250 if FULL else 4
# Rules about what is there, not about the form of a request: no description can say that they will not be broken.
RULES = {
    Reason.ALREADY_CONFIRMED,
    Reason.REGISTRATION_NUMBER_NOT_SUPPORTED,
    Reason.RELATIONSHIP_REMOVED,
    Reason.TEST_NOT_REGISTERED,
    Reason.UNKNOWN_AGREEMENT_TYPE,
    Reason.UNKNOWN_TEMPLATE,
}
PATIENT = settings(suppress_health_check=list(HealthCheck), deadline=None)
GONE, USED_BEFORE = "410", "422"


@pytest.fixture(scope="module")
def config(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """With a limit that nobody reaches, so that every answer tells of it."""
    instance = str(tmp_path_factory.mktemp("instance"))
    return load({"ASSENT_INSTANCE": instance, "ASSENT_DATABASE_URL": database_url, "ASSENT_RATE_LIMIT": "1000000"})


@pytest.fixture(scope="module")
def document(built: Flask) -> Iterator[BaseSchema]:
    with built.app_context():
        world = settle(built)
    found = described(built, world)
    found.config.generation.update(deterministic=True, max_examples=A_PIECE)
    found.config.phases.update(phases=["coverage", "fuzzing"] if FULL else ["fuzzing"])
    # Whatever texts stand in our source are tried, too, when there is time.
    found.config.analysis.constants.enabled = FULL
    accepted = found.config.checks.positive_data_acceptance
    accepted.expected_statuses = [*accepted.expected_statuses, GONE, USED_BEFORE]
    # Nobody waits for news, as nobody does when a server is to end: the answer without any is one, too.
    waiting.ending.set()
    yield found
    waiting.ending.clear()


def of_a_rule(answer: Response) -> bool:
    said: Any = answer.json() if answer.status_code == 400 and answer.content else {}
    return said.get("reason") in RULES


def left_sound(case: Case[Any]) -> bool:
    """Meant to be spoilt, but a body that may be left out is all there was to spoil, and it was left out."""
    return case.meta is not None and case.meta.phase.data.description == "Positive test case"


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of a body; it is not printed
def test_every_answer_is_as_described(document: BaseSchema) -> None:
    tried: Counter[str] = Counter()

    def ask(case: Case[Any]) -> None:
        tried[case.operation.label] += 1
        answer = case.call()
        passed = [positive_data_acceptance] if of_a_rule(answer) else []
        case.validate_response(answer, excluded_checks=passed + ([negative_data_rejection] if left_sound(case) else []))

    load_all_checks()
    for operation in get_all_tests(schema=document, test_func=ask, settings=PATIENT, given_kwargs=None):
        assert isinstance(operation, Ok), operation
        operation.ok()[1]()
    assert set(tried) == {f"{route.method} {route.address}" for route in ROUTES} - {f"GET {DOCUMENT}"}
    print(f"{tried.total()} requests")
    assert tried.total() >= CASES, tried
