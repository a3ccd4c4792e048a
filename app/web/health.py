"""Is the process up, and can it do its work?"""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import outbox, schema
from app.db import db
from app.web.security import csrf

bp = Blueprint("health", __name__)
csrf.exempt(bp)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Open to everybody: the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Open to everybody: database, migration head and the oldest mail that should have gone."""
    checks: dict[str, Any] = {"database": "unreachable", "schema": None, "oldestDueSeconds": None}
    try:
        current = schema.current(db.engine)
        checks["database"] = "ok"
        checks["schema"] = "ok" if current == schema.head() else f"at {current}, expected {schema.head()}"
        if checks["schema"] == "ok":
            checks["oldestDueSeconds"] = outbox.oldest_due()
    except SQLAlchemyError:
        pass
    ready = checks["database"] == checks["schema"] == "ok"
    return {"status": "ready" if ready else "not-ready", "checks": checks}, 200 if ready else 503
