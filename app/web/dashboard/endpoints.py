"""One endpoint: what it hears and how it does; changed, tried out, given a new secret, ended."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import vault
from app.commands import webhooks as commands
from app.commands.webhooks import Wanted
from app.core.contact import uuid
from app.core.hooks import Calling, SigningScheme
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.webhooks import EVERY, OVERLAP
from app.db import new_id, transaction
from app.hooks import bodies, signing
from app.queries import webhooks as queries
from app.tongue import gettext, ngettext
from app.web.dashboard import page, shell
from app.web.dashboard.webhooks import address, chosen
from app.web.pages import hook_words
from app.web.pages.forms import line
from app.web.pages.routes import act

ONE = "/webhooks/<uuid:endpoint_id>"
SIZE = 50


@page.get(ONE, needs=Action.MANAGE_HOOKS)
def endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    end = queries.endpoint(act(), endpoint_id)
    asked, before = request.args.get("status", ""), uuid(request.args.get("before"))
    status = Calling(asked) if asked in list(Calling) else None
    rows, following = queries.deliveries(act(), end.id, status, SIZE, before)
    where: dict[str, Any] = {"endpoint_id": end.id, "status": status.value if status else None}
    return render_template(
        "dashboard/webhooks/endpoint.html",
        end=end,
        standard=end.scheme is SigningScheme.STANDARD,
        rows=rows,
        status=status,
        callings=list(Calling),
        next=url_for("dashboard.endpoint", before=following, **where) if following else None,
        first=url_for("dashboard.endpoint", **where) if before else None,
        since=(end.failing_since or act().at - timedelta(days=7)).date().isoformat(),
        now=act().at,
        families=hook_words.families(),
        every=EVERY,
        words=hook_words,
    )


def _back(endpoint_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("dashboard.endpoint", endpoint_id=endpoint_id), 303)


@page.post(ONE, needs=Action.MANAGE_HOOKS, again=endpoint)
def change_endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    end = queries.endpoint(act(), endpoint_id)
    events = chosen() if end.scheme is SigningScheme.STANDARD else None
    wanted = Wanted(address(), events, line("description"))
    with transaction():
        commands.change(act(), end, wanted)
    shell.told(gettext("Saved. The next event goes there."))
    return _back(endpoint_id)


@page.post(f"{ONE}/rotate", needs=Action.MANAGE_HOOKS, again=endpoint)
def rotate_endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    """The new secret stands in this answer and nowhere else."""
    end, secret = queries.endpoint(act(), endpoint_id), signing.new_secret()
    with transaction():
        commands.rotate(act(), end, vault.seal(secret))
        url, where = end.url, url_for("dashboard.endpoint", endpoint_id=end.id)
    until = act().at + OVERLAP
    return render_template("dashboard/webhooks/secret.html", secret=secret, where=where, url=url, former=until)


@page.post(f"{ONE}/test", needs=Action.MANAGE_HOOKS, again=endpoint)
def test_endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    end, id = queries.endpoint(act(), endpoint_id), new_id()
    with transaction():
        commands.test(act(), end, bodies.trial(end.scheme, id, end.partner_id, act().at), id)
    return redirect(url_for("dashboard.delivery", delivery_id=id), 303)


@page.post(f"{ONE}/enable", needs=Action.MANAGE_HOOKS, again=endpoint)
def enable_endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    with transaction():
        commands.change(act(), queries.endpoint(act(), endpoint_id), Wanted(enabled=True))
    shell.told(gettext("It is called again, and goes on where it stopped."))
    return _back(endpoint_id)


@page.post(f"{ONE}/disable", needs=Action.MANAGE_HOOKS, again=endpoint)
def disable_endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    with transaction():
        commands.change(act(), queries.endpoint(act(), endpoint_id), Wanted(enabled=False))
    shell.told(gettext("It is not called any more. What happens meanwhile is told once it is enabled."))
    return _back(endpoint_id)


@page.post(f"{ONE}/remove", needs=Action.MANAGE_HOOKS, again=endpoint)
def remove_endpoint(endpoint_id: UUID) -> ResponseReturnValue:
    with transaction():
        commands.remove(act(), queries.endpoint(act(), endpoint_id))
    shell.told(gettext("The endpoint is gone, and its log with it."))
    return redirect(url_for("dashboard.webhooks"), 303)


@page.post(f"{ONE}/replay", needs=Action.MANAGE_HOOKS, again=endpoint)
def replay_failures(endpoint_id: UUID) -> ResponseReturnValue:
    """Of a day on, all that failed."""
    queries.endpoint(act(), endpoint_id)
    try:
        since = datetime.fromisoformat(line("since")).replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field="since") from error
    with transaction():
        count = commands.replay_failures(act(), since, endpoint_id)
    shell.told(ngettext("%(num)s delivery is sent again now.", "%(num)s deliveries are sent again now.", count))
    return _back(endpoint_id)


@page.get("/webhooks/deliveries/<uuid:delivery_id>", needs=Action.MANAGE_HOOKS)
def delivery(delivery_id: UUID) -> ResponseReturnValue:
    sent = queries.delivery(act(), delivery_id)
    end = queries.endpoint(act(), sent.endpoint_id)
    return render_template(
        "dashboard/webhooks/delivery.html",
        sent=sent,
        end=end,
        word=hook_words.calling(sent.status),
        words=hook_words,
        waits=sent.status is Calling.WAITING,
    )


@page.post("/webhooks/deliveries/<uuid:delivery_id>/replay", needs=Action.MANAGE_HOOKS, again=delivery)
def replay_delivery(delivery_id: UUID) -> ResponseReturnValue:
    with transaction():
        commands.replay(act(), queries.delivery(act(), delivery_id))
    shell.told(gettext("It is sent again now, under the same id: a receiver that has it already may skip it."))
    return redirect(url_for("dashboard.delivery", delivery_id=delivery_id), 303)
