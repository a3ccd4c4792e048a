"""`assent staff identify`: who in an OIDC issuer's tokens is whom; and what the doctor says of the issuer."""

import uuid
from collections.abc import Iterator

import pytest

from tests.cli.terminal import Terminal, run
from tests.cli.test_inspection import report
from tests.issuer import CLIENT, KEYS, Issuer
from tests.servers import free_port

ROBOT = ["--service", "Billing", "--partner"]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    found.stop()


def test_a_person_is_known_by_a_subject_until_told_otherwise(terminal: Terminal) -> None:
    email, subject = terminal.staff(terminal.fabrikam), f"{uuid.uuid4()}|{uuid.uuid4()}"
    row = terminal.row("staff", email=email)
    for _ in range(2):
        found = terminal.json("staff", "identify", email, "--subject", f" {subject} ")
        assert found == {"id": str(row.id), "name": row.name, "subject": subject}
    assert terminal.row("staff", email=email).subject == subject
    assert terminal.json("staff", "identify", email, "--none")["subject"] is None
    assert terminal.row("staff", email=email).subject is None


def test_a_service_account_is_made_with_its_roles_and_known_by_a_subject(terminal: Terminal) -> None:
    partner, subject = terminal.partner(), str(uuid.uuid4())
    words = ["staff", "identify", *ROBOT, partner]
    assert terminal.refused(*words, "--subject", subject) == "missing-field"
    found = terminal.json(*words, "--role", "sales-agent", "--subject", subject)
    assert terminal.row("service_account", subject=subject).id == uuid.UUID(found["id"])
    assert terminal.json(*words, "--none") == found | {"subject": None}


def test_a_subject_is_one_holders_of_the_installation(terminal: Terminal) -> None:
    subject, partner = str(uuid.uuid4()), terminal.partner()
    first, second = terminal.staff(partner), terminal.staff(terminal.partner())
    robot = ["staff", "identify", *ROBOT, partner, "--role", "sales-agent", "--subject"]
    terminal.json("staff", "identify", first, "--subject", subject)
    assert terminal.refused("staff", "identify", second, "--subject", subject) == "already-exists"
    assert terminal.refused(*robot, subject) == "already-exists"
    terminal.json("staff", "identify", first, "--none")
    terminal.json(*robot, subject)
    assert terminal.refused("staff", "identify", first, "--subject", subject) == "already-exists"


@pytest.mark.parametrize(
    ("subject", "reason"),
    [("", "missing-field"), (" ", "missing-field"), ("a\nb", "invalid-text"), ("x" * 301, "invalid-text")],
)
def test_a_subject_that_cannot_be_is_refused(desk: Terminal, subject: str, reason: str) -> None:
    assert desk.refused("staff", "identify", desk.ana, "--subject", subject) == reason


def test_nobody_known_is_said_to_be_nobody(desk: Terminal) -> None:
    assert desk.refused("staff", "identify", "nobody@fabrikam.example", "--none") == "not-found"
    assert desk.refused("staff", "identify", *ROBOT, str(uuid.uuid4()), "--none") == "not-found"


@pytest.mark.parametrize(
    "words",
    [
        ["--subject", "x"],
        ["ana@fabrikam.example"],
        ["ana@fabrikam.example", "--subject", "x", "--none"],
        ["ana@fabrikam.example", "--none", *ROBOT, str(uuid.uuid4())],
        ["ana@fabrikam.example", "--none", "--role", "sales-agent"],
        ["--none", "--service", "Billing"],
        ["--none", "--partner", str(uuid.uuid4())],
    ],
)
def test_half_a_question_is_misuse(desk: Terminal, words: list[str]) -> None:
    assert "give " in desk.misused("staff", "identify", *words)


def test_the_doctor_says_whether_the_issuers_keys_can_be_read(terminal: Terminal, issuer: Issuer) -> None:
    settings = terminal.settings | {"OIDC_ISSUER": issuer.url, "OIDC_CLIENT_ID": CLIENT}
    assert "issuer" not in report(terminal("doctor", "--json"))
    found = report(run("doctor", "--json", **settings))["issuer"]
    assert (found["verdict"], found["says"]) == ("ok", f"2 keys of {issuer.url}")
    issuer.says(KEYS, {"keys": []})
    done = run("doctor", "--json", **settings)
    assert (done.code, report(done)["issuer"]["verdict"]) == (1, "wrong")
    assert "holds no key for RS256" in report(done)["issuer"]["says"]
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert (
        "correct OIDC_ISSUER"
        in report(run("doctor", "--json", **settings | {"OIDC_ISSUER": nowhere}))["issuer"]["says"]
    )
