"""Bearer tokens of a partner: whose, since when, until when; made, shown once, revoked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import journal
from app.auth.acts import now
from app.commands import staff as commands
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import TokenKind
from app.db import transaction
from app.models import ServiceAccount, Staff, Token
from app.queries import people as known
from app.tongue import N_, gettext
from app.web.dashboard import page, shell
from app.web.dashboard.people import STAFF
from app.web.pages.routes import act
from app.web.pages.words import Word

KINDS = {
    TokenKind.APP_USER: N_("acts as this person"),
    TokenKind.SERVICE: N_("a program of its own"),
    TokenKind.APP_ONLY: N_("the company itself: reads, adds customers, orders"),
}
ACTIVE = Word("good", N_("Works"))
EXPIRED = Word("quiet", N_("Has run out"))
REVOKED = Word("stop", N_("Revoked"))
DAYS = ("30", "90", "365", "")


@dataclass(frozen=True)
class Listed:
    """A token as the page lists it; of its secret there is nothing but the first letters."""

    id: UUID
    prefix: str
    holder: str
    kind: str
    word: Word
    created: datetime
    used: datetime | None
    expires: datetime | None

    @property
    def works(self) -> bool:
        return self.word is ACTIVE


def _listed(row: Token, holder: str) -> Listed:
    over = row.expires_at is not None and row.expires_at <= now()
    word = REVOKED if row.revoked_at else EXPIRED if over else ACTIVE
    times = (row.created_at, row.last_used_at, row.expires_at)
    return Listed(row.id, row.prefix, holder, gettext(KINDS[row.kind]), word, *times)


@page.get("/people/tokens", needs=STAFF)
def tokens() -> ResponseReturnValue:
    ended = request.args.get("ended") == "yes"
    rows = [_listed(row, holder) for row, holder in known.tokens_of(shell.own().id, now(), ended)]
    return render_template("dashboard/people/tokens.html", rows=rows, ended=ended)


@page.get("/people/tokens/new", needs=STAFF)
def new_token() -> ResponseReturnValue:
    own = shell.own()
    staff = [(one.id, one.name) for one, _ in known.staff_of(own.id) if not one.disabled_at]
    accounts = [(one.id, one.name) for one in known.accounts_of(own.id) if not one.disabled_at]
    return render_template("dashboard/people/new-token.html", staff=staff, accounts=accounts, days=DAYS)


@page.post("/people/tokens/new", needs=STAFF, again=new_token)
def create_token() -> ResponseReturnValue:
    days = request.form.get("days", "")
    refuse_if(days not in DAYS, Reason.INVALID_VALUE, field="days")
    with transaction():
        holder = _holder(request.form.get("holder", ""))
        row, secret = commands.create_token(act(), shell.own(), holder, int(days) if days else None)
    journal.note("token made", act(), token=row.prefix, kind=row.kind.value)
    holder_name = holder.name if holder else shell.own().name
    return render_template("dashboard/people/token.html", secret=secret, row=row, holder=holder_name)


def _holder(id: str) -> Staff | ServiceAccount | None:
    """Whose it is to be: a colleague, a service account, or the partner itself where `partner` is said."""
    if id == "partner":
        return None
    partner_id = shell.own().id
    there: list[Staff | ServiceAccount] = [
        *(one for one, _ in known.staff_of(partner_id)),
        *known.accounts_of(partner_id),
    ]
    found = next((one for one in there if str(one.id) == id), None)
    if found is None:
        raise Refused(Reason.INVALID_VALUE, field="holder")
    return found


@page.post("/people/tokens/<uuid:token_id>/revoke", needs=STAFF)
def revoke_token(token_id: UUID) -> ResponseReturnValue:
    with transaction():
        row = known.token(shell.own().id, token_id)
        commands.revoke_token(act(), row)
    journal.note("token revoked", act(), token=row.prefix)
    shell.told(gettext("The token opens nothing any more."))
    return redirect(url_for("dashboard.tokens"), 303)
