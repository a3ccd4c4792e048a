"""Bearer tokens: which open the API and which do not, and what each of the three kinds may do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import staff as commands
from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.models import Partner, ServiceAccount, Staff, Token
from tests.channel import Case, Channel, company, done, hire
from tests.rows import change
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import (
    EVA,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    Program,
    Refusal,
    account,
    confirmation,
    of,
    order,
    program,
    question,
    refusal,
    token,
    untouched,
)

LIST = "/v1/attestationdrafts"
OVER: Refusal = (401, 800001, "token-expired")
BILLING = "Ana Lind <ana@fabrikam.example>"


def ask(app: Flask, header: str | None) -> Refusal | int:
    """What a request with this header gets."""
    found = Program(app).send("GET", LIST, {"Authorization": header} if header is not None else {})
    assert found.headers.get("WWW-Authenticate") == ("Bearer" if found.status_code == 401 else None)
    return found.status_code if found.status_code == 200 else refusal(found)


def held(secret: str) -> Token:
    db.session.rollback()
    return db.session.scalars(select(Token).where(Token.prefix == secret[:12])).one()


# Which tokens open


def test_a_token_opens_the_api_whatever_the_case_of_its_scheme(app: Flask, desk: Desk) -> None:
    secret = token(desk.ana)
    for header in (f"Bearer {secret}", f"bearer {secret}", f"BEARER {secret}", f"Bearer  {secret} "):
        assert ask(app, header) == 200, header


def test_nothing_else_opens_it(app: Flask, desk: Desk) -> None:
    secret = token(desk.ana)
    headers = [None, "", "Bearer", "Bearer ", secret, f"Basic {secret}", f"Bearer {secret[:-1]}", f"Bearer {secret}x"]
    headers += [f"Bearer {secret.swapcase()}", f"Bearer {secret[:12]}", f"Bearer {held(secret).digest}"]
    headers += [f"Bearer {secret} {secret}", "Bearer \xff\xfe", "Bearer ' OR 1=1 --", "Bearer " + "x" * 10_000]
    with untouched():
        for header in headers:
            assert ask(app, header) == NOT_SIGNED_IN, header
        in_address = Program(app).send("GET", f"{LIST}?token={secret}&access_token={secret}")
        assert refusal(in_address) == NOT_SIGNED_IN


def expire(secret: str) -> None:
    change(Token, Token.prefix == secret[:12], expires_at=acts.now())


def revoke(secret: str) -> None:
    done(commands.revoke_token, acts.console(), held(secret))


def leave(secret: str) -> None:
    done(commands.disable_staff, acts.console(), db.session.get_one(Staff, held(secret).staff_id))


def shut(secret: str) -> None:
    """The holder alone is disabled, its tokens are not."""
    row, now = held(secret), acts.now()
    change(Staff, Staff.id == row.staff_id, disabled_at=now)
    change(ServiceAccount, ServiceAccount.id == row.service_account_id, disabled_at=now)


# What ends a token, and of whom.
ENDS: list[tuple[Callable[[str], None], str]] = [
    (expire, "person account partner"),
    (revoke, "person account partner"),
    (leave, "person"),
    (shut, "person account"),
]


@pytest.mark.parametrize(("end", "kinds"), ENDS)
def test_a_token_that_is_over_opens_nothing_and_says_so(
    app: Flask, desk: Desk, end: Callable[[str], None], kinds: str
) -> None:
    holders: dict[str, Staff | ServiceAccount | Partner]
    holders = {"person": desk.ana, "account": account(desk.fabrikam), "partner": desk.fabrikam}
    for kind in kinds.split():
        secret = token(holders[kind], 30)
        assert ask(app, f"Bearer {secret}") == 200
        end(secret)
        assert ask(app, f"Bearer {secret}") == OVER


def test_a_token_counts_until_the_moment_it_runs_out(app: Flask, desk: Desk) -> None:
    secret = token(desk.ana, 1)
    assert timedelta(hours=23) < (held(secret).expires_at or acts.now()) - acts.now() <= timedelta(days=1)
    change(Token, Token.prefix == secret[:12], expires_at=acts.now() + timedelta(minutes=1))
    assert ask(app, f"Bearer {secret}") == 200


def test_the_last_use_is_noted_once_an_hour_and_never_of_a_dead_token(app: Flask, desk: Desk) -> None:
    secret = token(desk.ana)
    assert held(secret).last_used_at is None
    ask(app, f"Bearer {secret}")
    first = held(secret).last_used_at
    assert first
    ask(app, f"Bearer {secret}")
    assert held(secret).last_used_at == first
    change(Token, Token.prefix == secret[:12], last_used_at=first - timedelta(hours=1, minutes=1))
    ask(app, f"Bearer {secret}")
    assert (held(secret).last_used_at or first) > first
    revoke(secret)
    change(Token, Token.prefix == secret[:12], last_used_at=None)
    ask(app, f"Bearer {secret}")
    assert held(secret).last_used_at is None


# What each kind may do

EVERYTHING = {"view", "eligibility", "order", "attest", "invite", "draft"}
READING = {"view", "eligibility"}


def attempts(app: Flask, who: Program, case: Case, **more: str) -> dict[str, Refusal | int]:
    """One try of each thing there is to do with a customer."""
    tries = {
        "invite": who.post(of(case, "invitations"), {"kind": "agreement"}),
        "draft": who.post(of(case, "attestationdrafts"), confirmation(**more)),
        "attest": who.post(of(case, "agreements"), confirmation(**more)),
        "order": who.post(of(case, "orders"), order()),
        "view": who.send("GET", of(case, "acceptance")),
        "eligibility": who.post("/v1/eligibility", question(case)),
    }
    return {what: found.status_code if found.status_code < 300 else refusal(found) for what, found in tries.items()}


def confirmed(desk: Desk) -> Case:
    """A customer that may order, by the word of somebody else."""
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation(primaryContact=EVA))
    return case


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("service", [False, True])
def test_a_person_and_a_service_account_may_do_what_their_roles_may(
    app: Flask, desk: Desk, role: Role, service: bool
) -> None:
    holder = account(desk.fabrikam, role) if service else hire(desk.fabrikam, role)
    who, agent = program(app, holder), role in (Role.ADMIN_AGENT, Role.SALES_AGENT)
    found = attempts(app, who, desk.customer(), onBehalfOf=BILLING)
    if not agent:
        assert found == dict.fromkeys(EVERYTHING, NO_ROLE)
    else:
        assert found == dict.fromkeys(("invite", "draft", "attest", "order"), 201) | dict.fromkeys(READING, 200)


def test_a_token_of_the_partner_itself_reads_and_orders_and_vouches_for_nobody(app: Flask, desk: Desk) -> None:
    who = program(app, desk.fabrikam)
    found = attempts(app, who, confirmed(desk), onBehalfOf=BILLING)
    refused = dict.fromkeys(("invite", "draft", "attest"), NO_ROLE)
    assert found == refused | {"order": 201} | dict.fromkeys(READING, 200)
    draft = desk.program.made(of(desk.customer(), "attestationdrafts"), confirmation())["id"]
    for step in ("approve", "return"):
        assert who.refused(f"{LIST}/{draft}/{step}", {"reason": "by whom?", "onBehalfOf": BILLING}) == NO_ROLE


def test_roles_count_as_they_are_held_at_that_moment(app: Flask, desk: Desk) -> None:
    row, case = account(desk.fabrikam, Role.HELPDESK_AGENT), desk.customer()
    who = program(app, row)
    assert refusal(who.send("GET", of(case, "acceptance"))) == NO_ROLE
    account(desk.fabrikam, Role.SALES_AGENT)
    assert who.get(of(case, "acceptance"))["sequence"] == 1


@pytest.mark.parametrize("kind", PartnerType)
def test_a_token_of_any_partner_reads_its_own_customers_only(app: Flask, channel: Channel, kind: PartnerType) -> None:
    partners = {PartnerType.PROVIDER: channel.provider, PartnerType.RESELLER: channel.reseller}
    partner = partners.get(kind) or company("Fabrikam", kind)
    case, who = channel.customer(), program(app, partner)
    found = who.send("GET", of(case, "acceptance"))
    assert found.status_code == (200 if kind in partners else 404)
    orders = {PartnerType.PROVIDER: (13605, "agreement-required"), PartnerType.RESELLER: (1002, "wrong-partner-type")}
    assert who.refused(of(case, "orders"), order()) == ((403, *orders[kind]) if kind in orders else NOT_FOUND)
