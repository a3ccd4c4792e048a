"""The list of customers as one CSV, with the filters of the page, in the words of the page."""

from collections.abc import Iterator

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue

from app.core import sheets
from app.core.permissions import Action
from app.db import db
from app.queries import portfolio
from app.queries.portfolio import Wanted
from app.tongue import N_, gettext
from app.web.dashboard import customers as pages
from app.web.dashboard import page, sieve
from app.web.dashboard.customers import Row
from app.web.dashboard.shell import rules
from app.web.pages import words
from app.web.pages.routes import act

A_BATCH = 1000
COLUMNS = (
    *(N_("Customer id"), N_("Company"), N_("Domain"), N_("Country"), N_("Reseller"), N_("State"), N_("Since")),
    *(N_("Confirmed"), N_("Date agreed"), N_("Version"), N_("Reconfirm by"), N_("Invitation"), N_("Mail")),
    *(N_("Invitation ends"), N_("Next"), N_("Whose move")),
)


@page.get("/customers.csv", needs=Action.VIEW)
def customers_file() -> ResponseReturnValue:
    lines = _lines(sieve.read().wanted(act().at))
    answer = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="customers-{act().at:%Y-%m-%d}.csv"'
    return answer


def _lines(wanted: Wanted) -> Iterator[str]:
    """Batch by batch; between two nothing is held, no lock, no snapshot and no rows."""
    book = rules()
    yield sheets.lines([[gettext(column) for column in COLUMNS]])
    key = None
    while True:
        ids, key = portfolio.found(act(), wanted, book, A_BATCH, key)
        found = [_row(row) for row in pages.rows_of(ids)]
        db.session.rollback()
        yield sheets.lines(found)
        if key is None:
            return


def _row(row: Row) -> list[object]:
    item, asked = row.item, row.item["invitation"] or {}
    invited = words.invitation(asked["status"]).label if asked else None
    return [
        *(item["customerId"], item["companyName"], item["domain"], item["country"], row.reseller),
        *(row.state.label, item["since"], gettext("yes") if item["confirmed"] else gettext("no"), item["dateAgreed"]),
        *(row.version.label if row.version else None, item["version"]["reconfirmBy"] if row.version else None),
        *(invited, words.delivery(asked["delivery"]).label if asked else None, asked.get("expiresAt")),
        *((row.next.label, row.next.whose) if row.next else (None, None)),
    ]
