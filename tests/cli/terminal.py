"""The command line in this process, on an instance of its own: fast enough to try every word of it."""

import contextlib
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy
import structlog

from app import create_app
from app.auth import acts
from app.cli import main
from app.commands import customers
from app.commands.customers import Profile
from app.config import load
from app.core.contact import Contact
from app.core.vocabulary import Cloud
from app.db import Base, db, transaction
from app.models import Machine
from app.queries import scope

COUNTS = sqlalchemy.union_all(
    *(
        sqlalchemy.select(sqlalchemy.literal(name).label("name"), sqlalchemy.func.count().label("found")).select_from(
            table
        )
        for name, table in Base.metadata.tables.items()
    ),
    sqlalchemy.select(sqlalchemy.literal("moves"), sqlalchemy.func.sum(Machine.revision)),
)
_number = count(1)


@dataclass(frozen=True)
class Answer:
    """What a command left behind: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


@contextlib.contextmanager
def _surroundings(words: tuple[str, ...], settings: dict[str, str]) -> Iterator[None]:
    """Arguments, settings and logging as a process of its own would have them; put back afterwards."""
    argv, environ, root = sys.argv, dict(os.environ), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    sys.argv = ["assent", *words]
    os.environ.update({f"ASSENT_{name}": value for name, value in settings.items()})
    try:
        yield
    finally:
        sys.argv = argv
        os.environ.clear()
        os.environ.update(environ)
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


def run(*words: str, **settings: str) -> Answer:
    """`assent WORDS` through the program's own entry."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with _surroundings(words, settings), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Answer(code, out.getvalue(), err.getvalue())


class Terminal:
    """Somebody at the command line of one installation."""

    def __init__(self, instance: Path, database_url: str) -> None:
        self.instance = instance
        self.settings = {"INSTANCE": str(instance), "DATABASE_URL": database_url}
        self.engine = sqlalchemy.create_engine(database_url)

    def __call__(self, *words: str) -> Answer:
        return run(*words, **self.settings)

    def json(self, *words: str) -> Any:
        """The one JSON object that a command prints, and nothing beside it."""
        done = self(*words, "--json")
        assert (done.code, done.err) == (0, ""), done
        found = json.loads(done.out)
        assert isinstance(found, dict)
        assert done.out.count("\n") == 1
        return found

    def refused(self, *words: str) -> str:
        """The reason of a refusal that is one line, has left no trace and says what to do."""
        before = self.counts()
        done = self(*words, "--json")
        assert (done.code, done.out) == (1, ""), done
        program, reason, remedy = done.err.split(": ", 2)
        assert program == "assent"
        assert done.err.count("\n") == 1
        assert len(remedy) > 10
        assert "{" not in remedy
        assert self.counts() == before
        return reason

    def misused(self, *words: str) -> str:
        """What click says of words that make no command."""
        done = self(*words)
        assert (done.code, done.out) == (2, ""), done
        return done.err.splitlines()[-1]

    def rows(self, table: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(sqlalchemy.select(Base.metadata.tables[table])))

    def row(self, table: str, **where: Any) -> Any:
        """The one row of a table with these values."""
        found = [row for row in self.rows(table) if all(getattr(row, name) == value for name, value in where.items())]
        assert len(found) == 1, found
        return found[0]

    def counts(self) -> dict[str, int]:
        """How many rows each table has, and how often machines have moved."""
        with self.engine.connect() as connection:
            return {row.name: row.found for row in connection.execute(COUNTS)}

    def stored(self) -> dict[str, list[str]]:
        """Everything there is in the database."""
        return {name: sorted(map(repr, self.rows(name))) for name in Base.metadata.tables}

    # Who is there

    @cached_property
    def fabrikam(self) -> str:
        """A partner for whoever needs no other."""
        return self.partner()

    @cached_property
    def ana(self) -> str:
        """An admin agent of Fabrikam's."""
        return self.staff(self.fabrikam)

    def partner(self, kind: str = "direct-bill", *more: str) -> str:
        return str(self.json("partner", "add", "--name", "Fabrikam", "--type", kind, "--country", "SE", *more)["id"])

    def staff(self, partner: str, *roles: str) -> str:
        """Somebody who works there; answers the address."""
        email = f"ana{next(_number)}@fabrikam.example"
        words = [word for role in roles or ("admin-agent",) for word in ("--role", role)]
        self.json("staff", "add", "--partner", partner, "--email", email, "--name", "Ana Lind", *words)
        return email

    def customer(self, partner: str, *more: str, domain: str | None = None) -> str:
        return str(self.json(*new_customer(partner, domain), *more)["id"])

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Where commands can be called that the command line has no word for."""
        app = create_app(load({f"ASSENT_{name}": value for name, value in self.settings.items()}), web=False)
        with app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def tenant(self, partner: str | None = None, reseller: str | None = None, cloud: Cloud = Cloud.PUBLIC) -> str:
        """A customer without an account: making a password takes longer than everything else together."""
        domain, owner = f"contoso{next(_number)}.example", UUID(partner or self.fabrikam)
        contact = Contact("Maria", "Ek", f"maria@{domain}", "+46 8 123 456")
        with self.inside(), transaction():
            through = scope.partner(UUID(reseller)) if reseller else None
            about = Profile("Contoso", "SE", "en", contact, domain, cloud)
            added = customers.add_customer(acts.console(), scope.partner(owner), about, through)
        return str(added.relationship.customer_id)


def new_customer(partner: str, domain: str | None = None, **changes: str) -> list[str]:
    """The words that add a customer."""
    domain = domain or f"contoso{next(_number)}.example"
    given = {"partner": partner, "company": "Contoso", "domain": domain, "country": "SE", "language": "en"}
    given |= {"first_name": "Maria", "last_name": "Ek", "email": f"maria@{domain}"} | changes
    return ["customer", "add", *(f"--{name.replace('_', '-')}={value}" for name, value in given.items())]


def attestation(customer: str, by: str, **changes: str) -> list[str]:
    """The words that attest."""
    given = {"first_name": "Maria", "last_name": "Ek", "email": "maria@contoso.example", "date": "2026-01-31"}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in (given | changes).items()]
    return ["attest", customer, *options, "--as", by]
