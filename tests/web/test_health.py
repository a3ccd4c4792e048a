"""`GET /healthz`, `/readyz` and `/metrics`."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app, schema
from app.auth import acts
from app.config import load
from app.db import db, transaction
from app.models import Outbox
from tests.cast import Cast
from tests.servers import free_port


def test_the_process_says_that_it_answers(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_with_database_and_schema(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    checks = {"database": "ok", "schema": "ok", "oldestDueSeconds": None}
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "checks": checks})


def test_ready_tells_for_how_long_the_oldest_mail_has_been_due(client: FlaskClient, cast: Cast) -> None:
    cast.customer().invite()
    with transaction() as session:
        due = session.query(Outbox).filter_by(kind="invitation").one()
        due.due_at = acts.now().replace(year=acts.now().year - 1)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json
    assert 364 <= answer.json["checks"]["oldestDueSeconds"] / 86400 <= 367


@pytest.mark.parametrize(("change", "says"), [("0000", "at 0000, expected"), (None, "at None, expected")])
def test_not_ready_while_the_schema_is_another(client: FlaskClient, cast: Cast, change: str | None, says: str) -> None:
    with db.engine.begin() as connection:
        if change:
            connection.execute(text("UPDATE alembic_version SET version_num = :change"), {"change": change})
        else:
            connection.execute(text("DELETE FROM alembic_version"))
    try:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json
        assert answer.json["status"] == "not-ready"
        assert answer.json["checks"]["schema"] == f"{says} {schema.head()}"
        assert answer.json["checks"]["oldestDueSeconds"] is None
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.head()})
    assert client.get("/readyz").status_code == 200


def test_without_its_database_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://assent@127.0.0.1:{free_port()}/assent"
    client = create_app(load({"ASSENT_INSTANCE": str(tmp_path), "ASSENT_DATABASE_URL": address})).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json
    assert answer.json["checks"]["database"] == "unreachable"
    page = client.get("/portal/invitation")
    assert page.status_code == 401, "a page that needs no database is served"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(client: FlaskClient, path: str) -> None:
    assert client.post(path).status_code == 405
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert "Set-Cookie" not in head.headers


def test_the_figures_tell_what_is_owed_and_what_is_late(client: FlaskClient, cast: Cast) -> None:
    cast.customer().invite()
    answer = client.get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    found = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert found["assent_database_up"] == "1.0"
    assert float(found['assent_outbox_rows{is="due",lane="bulk"}']) >= 1
    assert float(found['assent_outbox_rows{is="waiting",lane="timer"}']) >= 1
    assert float(found["assent_news_unnumbered"]) >= 2
    assert "assent_outbox_oldest_due_seconds" in found
    assert {f'assent_webhook_endpoints{{is="{word}"}}' for word in ("well", "failing", "disabled")} <= found.keys()


def test_the_figures_say_so_when_the_database_is_away(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    app = create_app(load({"ASSENT_INSTANCE": str(tmp_path), "ASSENT_DATABASE_URL": url}))
    answer = app.test_client().get("/metrics")
    assert (answer.status_code, "assent_database_up 0.0" in answer.text) == (200, True)
