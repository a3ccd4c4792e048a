"""An installation with an OIDC issuer, Ana known to it, and tokens for her."""

from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
from flask import Flask

from app.auth import acts
from app.auth.issuer import issuer as kept
from app.commands import staff as commands
from app.config import Config, load
from app.models import ServiceAccount, Staff
from tests.channel import done
from tests.issuer import CLIENT, Issuer, rsa_key
from tests.rows import change
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import (
    Program,
    Refusal,
    refusal,
)

LIST = "/v1/attestationdrafts"
OVER: Refusal = (401, 800001, "token-expired")
DOWN: Refusal = (503, 2000, "issuer-unreachable")
TENANT, ANA = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555"
SUBJECT = f"{TENANT}|{ANA}"
H = TypeVar("H", Staff, ServiceAccount)


@pytest.fixture(scope="module", name="served")
def the_server() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    found.stop()


@pytest.fixture(scope="module", name="config")
def the_config(database_url: str, served: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Config:
    instance = str(tmp_path_factory.mktemp("instance"))
    given = {"INSTANCE": instance, "DATABASE_URL": database_url, "OIDC_ISSUER": served.url, "OIDC_CLIENT_ID": CLIENT}
    return load({f"ASSENT_{name}": value for name, value in given.items()})


@pytest.fixture(name="issuer")
def the_issuer(served: Issuer) -> Issuer:
    """Asked by nobody yet."""
    served.reset()
    kept.cache_clear()
    return served


@pytest.fixture(name="ana")
def the_ana(desk: Desk) -> Staff:
    return identified(desk.ana)


def identified(holder: H, subject: str = SUBJECT) -> H:
    for kind in (Staff, ServiceAccount):
        change(kind, kind.subject == subject, subject=None)
    done(commands.identify, acts.console(), holder, subject)
    return holder


def claims(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    """Of a token for Ana; None leaves a claim out."""
    now = int(acts.now().timestamp())
    given = {
        "iss": issuer.url,
        "aud": CLIENT,
        "sub": "pairwise",
        "tid": TENANT,
        "oid": ANA,
        "email": "eve@evil.example",
    }
    given |= {"iat": now, "nbf": now, "exp": now + 600} | changes
    return {name: value for name, value in given.items() if value is not None}


def good(issuer: Issuer, **changes: Any) -> str:
    return issuer.token(rsa_key("one"), claims(issuer, **changes))


def ask(app: Flask, secret: str) -> Refusal | int:
    found = Program(app, secret).send("GET", LIST)
    return found.status_code if found.status_code == 200 else refusal(found)
