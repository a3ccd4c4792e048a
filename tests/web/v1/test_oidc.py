"""Access tokens of an OIDC issuer: whom they open the API for, and every kind that must not."""

import pytest
from flask import Flask

from app import create_app
from app.auth import acts
from app.config import Config, load
from app.core.vocabulary import Role
from app.db import db
from app.models import ServiceAccount, Staff
from tests.channel import hire
from tests.issuer import ABOUT, CLIENT, KEYS, Issuer, ec_key, rsa_key, signed
from tests.model import reading
from tests.rows import change
from tests.web.tables import dump
from tests.web.v1.conftest import Desk
from tests.web.v1.forgeries import HEAD, forgeries
from tests.web.v1.issued import (  # noqa: F401
    ANA,
    LIST,
    OVER,
    SUBJECT,
    ask,
    claims,
    good,
    identified,
    the_ana,
    the_config,
    the_issuer,
    the_server,
)
from tests.web.v1.programs import (
    NOT_SIGNED_IN,
    Program,
    account,
    confirmation,
    of,
    refusal,
    untouched,
)

# Whom they open the API for


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
@pytest.mark.parametrize("kind", ["at+jwt", "JWT", "application/AT+JWT"])
def test_a_token_for_somebody_known_opens_the_api(app: Flask, ana: Staff, issuer: Issuer, alg: str, kind: str) -> None:
    key = ec_key("curve") if alg == "ES256" else rsa_key("one")
    for aud in (CLIENT, ["https://other.example", CLIENT]):
        assert ask(app, issuer.token(key, claims(issuer, aud=aud), alg, typ=kind)) == 200
    assert issuer.asked == [ABOUT, KEYS]


def test_it_is_tenant_and_object_that_count_and_the_subject_where_these_are_not(
    app: Flask, ana: Staff, issuer: Issuer
) -> None:
    assert ask(app, good(issuer, sub=SUBJECT, oid="0" * 32)) == NOT_SIGNED_IN
    assert ask(app, good(issuer, sub=ana.email, tid=None, email=ana.email)) == NOT_SIGNED_IN
    identified(ana, "auth0|5f7c8ec7c33c6c004bbafe82")
    assert ask(app, good(issuer)) == NOT_SIGNED_IN
    for left_out in ("tid", "oid"):
        assert ask(app, good(issuer, sub="auth0|5f7c8ec7c33c6c004bbafe82", **{left_out: None})) == 200


def test_what_a_person_does_goes_on_record_with_how_the_person_was_known(
    app: Flask, desk: Desk, ana: Staff, issuer: Issuer
) -> None:
    case = desk.customer()
    found = Program(app, good(issuer)).made(of(case, "agreements"), confirmation())
    assert found["userId"] == str(ana.id)
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert record["actor"] == {"kind": "staff", "id": str(ana.id), "role": "admin-agent", "method": "oidc"}
    assert ANA not in repr((record, reading.personal(case.machine.id)))


def test_a_service_account_vouches_for_a_true_employee_as_with_a_token_of_ours(
    app: Flask, desk: Desk, issuer: Issuer
) -> None:
    robot, case = identified(account(desk.fabrikam)), desk.customer()
    who = Program(app, good(issuer))
    assert who.says(of(case, "agreements"), confirmation()) == (400, 3000, "missing-field")
    who.made(of(case, "agreements"), confirmation(onBehalfOf="Ana Lind <ana@fabrikam.example>"))
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert (record["actor"]["id"], record["actor"]["method"]) == (str(robot.id), "oidc")


def test_roles_are_ours_and_none_that_a_token_claims(app: Flask, desk: Desk, issuer: Issuer) -> None:
    identified(hire(desk.fabrikam, Role.HELPDESK_AGENT))
    found = Program(app, good(issuer, roles=["admin-agent"], scp="admin-agent")).post(
        of(desk.customer(), "agreements"), confirmation()
    )
    assert refusal(found) == (403, 900150, "role-not-allowed")


# Which are over


def test_a_token_that_is_over_says_so_a_minute_late(app: Flask, ana: Staff, issuer: Issuer) -> None:
    now = int(acts.now().timestamp())
    assert ask(app, good(issuer, exp=now - 30)) == 200
    assert ask(app, good(issuer, exp=now - 61)) == OVER
    first = {"exp": now - 61} | claims(issuer, exp=now - 61, aud="another")
    assert ask(app, issuer.token(rsa_key("one"), first)) == NOT_SIGNED_IN
    assert ask(app, issuer.token(rsa_key("other"), claims(issuer, exp=now - 61), kid="one")) == NOT_SIGNED_IN


def test_whoever_was_disabled_is_let_in_no_more(app: Flask, desk: Desk, ana: Staff, issuer: Issuer) -> None:
    assert ask(app, good(issuer)) == 200
    change(Staff, Staff.id == ana.id, disabled_at=acts.now())
    assert ask(app, good(issuer)) == OVER
    robot = identified(account(desk.fabrikam))
    change(ServiceAccount, ServiceAccount.id == robot.id, disabled_at=acts.now())
    assert ask(app, good(issuer)) == OVER


# Forgeries


def test_every_forgery_is_answered_alike_and_asks_nothing_of_the_issuer_twice(
    app: Flask, ana: Staff, issuer: Issuer
) -> None:
    expected = Program(app, "asn_made-up").send("GET", LIST).json
    assert ask(app, signed(HEAD | {"alg": "none"}, claims(issuer), rsa_key("one"))) == NOT_SIGNED_IN
    assert issuer.asked == []
    assert ask(app, signed(HEAD, claims(issuer), rsa_key("one"))) == 200, "what all of these are made from opens"
    tried = list(forgeries(issuer))
    assert len({secret for _, secret in tried}) > 90
    with untouched():
        for name, secret in tried:
            found = Program(app, secret).send("GET", LIST)
            assert (name, refusal(found), found.json) == (name, NOT_SIGNED_IN, expected)
    assert issuer.asked == [ABOUT, KEYS]


def test_a_token_opens_nothing_by_another_scheme_or_where_no_issuer_is_set(
    app: Flask, ana: Staff, issuer: Issuer, config: Config
) -> None:
    found = Program(app).send("GET", LIST, {"Authorization": f"Basic {good(issuer)}"})
    assert refusal(found) == NOT_SIGNED_IN
    other = create_app(load({"ASSENT_INSTANCE": str(config.instance), "ASSENT_DATABASE_URL": config.database_url}))
    assert ask(other, good(issuer)) == NOT_SIGNED_IN
    with other.app_context():
        db.engine.dispose()
    assert issuer.asked == []


def test_no_token_stands_in_any_table(app: Flask, desk: Desk, ana: Staff, issuer: Issuer) -> None:
    secret = good(issuer)
    Program(app, secret).made(of(desk.customer(), "agreements"), confirmation())
    text = dump()
    assert SUBJECT in text, "the dump does show what is there"
    assert not any(part in text for part in secret.split("."))
