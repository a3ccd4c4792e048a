"""The page on webhooks for people: what is told and how, how to be sure of it, and how to tell us."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from typing import cast

from flask import Response, current_app, render_template
from jinja2 import BaseLoader

from app.commands.webhooks import MOST
from app.core import webhooks as rules
from app.core.hooks import SigningScheme
from app.core.vocabulary import NewsType
from app.installation import installation
from app.web.v1 import samples
from app.web.v1.callers import url
from app.web.v1.docs import bp
from app.web.v1.happenings import TAKEN, TOLD, Fact

EXAMPLES = {
    "python": ("Python", "verify.py"),
    "node": ("JavaScript (Node.js)", "verify.js"),
    "php": ("PHP", "verify.php"),
    "csharp": ("C#", "Verify.cs"),
}
FAMILIES = {
    "agreement": "Agreements",
    "invitation": "Mails with invitations",
    "draft": "Attestation drafts",
    "endpoint": "Endpoints",
    "test": "Tests",
}
RECEIVER = "receiver.py"


@dataclass(frozen=True)
class Told:
    """An event that is posted; `slug` is its place on the page."""

    type: str
    slug: str
    about: str
    vendors: str
    sample: str


@dataclass(frozen=True)
class Taken:
    event: str
    slug: str
    does: str
    facts: tuple[Fact, ...]


@bp.get("/docs/webhooks", strict_slashes=False)
def show_guide() -> str:
    """Made once for each address it is served under."""
    return _page(url(""))


@bp.get("/docs/receiver.py")
def show_receiver() -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{RECEIVER}"'}
    return Response(example(RECEIVER), content_type="text/x-python; charset=utf-8", headers=headers)


@cache
def _page(base_url: str) -> str:
    book = installation().rules
    return render_template(
        "docs/webhooks.html",
        base_url=base_url,
        version=version("assent"),
        rules=rules,
        most=MOST,
        waits=[span(wait) for wait in rules.SCHEDULE],
        whole=span(roughly(sum(rules.SCHEDULE, timedelta()))),
        held=span(roughly(sum(rules.SCHEDULE[: rules.HOLDS], timedelta()))),
        span=span,
        families=[(name, title, _told(name)) for name, title in FAMILIES.items()],
        vendors=samples.body(NewsType.ACCEPTED, book, SigningScheme.VENDOR),
        taken=[(scheme, [*_taken(scheme)]) for scheme in SigningScheme],
        languages=[(slug, title, example(file)) for slug, (title, file) in EXAMPLES.items()],
        receiver=example(RECEIVER),
        sign=example("sign.sh"),
        vendor=example("vendor.sh"),
    )


def example(file: str) -> str:
    """As it stands, to be shown and tried; nothing in it is for the templates."""
    env = current_app.jinja_env
    return cast(BaseLoader, env.loader).get_source(env, f"docs/examples/{file}")[0]


def _told(family: str) -> list[Told]:
    book = installation().rules
    return [
        Told(type.value, slug(type.value), TOLD[type], rules.VENDORS[type], samples.body(type, book))
        for type in NewsType
        if type.partition(".")[0] == family
    ]


def _taken(scheme: SigningScheme) -> list[Taken]:
    rows = [(event, report) for (one, event), report in TAKEN.items() if one is scheme]
    return [Taken(event, f"taken-{slug(event)}", report.does, report.facts) for event, report in rows]


def slug(event: str) -> str:
    return event.replace(".", "-")


def span(time: timedelta) -> str:
    """In words, as exactly as it is meant: `75 hours 35 minutes`."""
    seconds = int(time.total_seconds())
    if seconds > 86_400 and seconds % 86_400 == 0:
        return _many(seconds // 86_400, "day")
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts: list[tuple[int, str]] = [(hours, "hour"), (minutes, "minute"), (rest, "second")]
    return " ".join(_many(number, word) for number, word in parts if number) or "at once"


def roughly(time: timedelta) -> timedelta:
    return time - time % timedelta(minutes=1)


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
