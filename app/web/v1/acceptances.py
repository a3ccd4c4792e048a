"""The portfolio: where the agreements of all customers stand, as pages of JSON or as one CSV."""

from collections.abc import Iterator
from typing import Annotated, Any

from flask import Response, request, stream_with_context
from pydantic import Field

from app.core import sheets
from app.core.act import Act
from app.core.carrying import Trouble
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.policy import Rulebook
from app.core.vocabulary import AgreementType
from app.db import db
from app.queries import portfolio
from app.queries.portfolio import Wanted
from app.web.v1.callers import caller, partner, rules_of
from app.web.v1.paging import Links, Paged, after, collection
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Country, Id, Kind, Line, Moment, Switch
from app.web.v1.statuses import Attributes, InvitationBrief, Version

JSON, CSV = "application/json", "text/csv"
A_BATCH = 1000
TROUBLED = (
    "The mail of its newest invitation came back (`bounced`) or was called spam (`complained`), or its contact is not "
    "to be written to (`suppressed`)."
)

# The columns of the CSV, by where they stand in the JSON.
PLAIN = (
    *("customerId", "partnerId", "companyName", "domain", "country", "agreementType", "state", "since", "sequence"),
    *("confirmed", "method", "dateAgreed", "resellerId"),
)
OF_VERSION = ("templateId", "versionRank", "current", "reconfirmBy")
OF_INVITATION = ("status", "delivery", "expiresAt")
COLUMNS = (*PLAIN, *OF_VERSION, *(f"invitation{name[0].upper()}{name[1:]}" for name in OF_INVITATION))


class Asked(Paged):
    state: State | None = None
    stale: Annotated[Switch | None, Field(description="Accepted in a version that counts no more, or not.")] = None
    expires_before: Annotated[Moment | None, Field(description="Its open invitation does.")] = None
    reseller: Id | None = None
    q: Annotated[Line | None, Field(description="What the company's name or its domain begins with.")] = None
    country: Country | None = None
    health: Annotated[Trouble | None, Field(description=TROUBLED)] = None
    agreement_type: Kind = AgreementType.MCA

    @property
    def wanted(self) -> Wanted:
        found = (self.agreement_type, self.state, self.stale, self.expires_before, self.reseller, self.q)
        return Wanted(*found, self.country, self.health)


class AcceptanceBrief(Answer):
    """The status resource in short."""

    customer_id: str
    partner_id: str
    company_name: str
    domain: str | None
    country: str
    agreement_type: str
    state: str
    since: str
    sequence: int
    confirmed: bool
    method: str | None
    date_agreed: str | None
    version: Version
    invitation: InvitationBrief | None
    reseller_id: str | None
    attributes: Attributes


class PortfolioPage(Answer):
    total_count: int
    items: list[AcceptanceBrief]
    links: Links
    attributes: Attributes


@route.get("/acceptances", needs=Action.VIEW, asks=Asked, gives=PortfolioPage, other=CSV)
def acceptances(asked: Asked) -> dict[str, Any] | Response:
    """The agreements of all customers, filtered and searched; every filter that is given has to hold.

    They come in the order in which they began, with `expiresBefore` in that of their invitations' last days, with `q`
    in that of the letters, with `country` in that of the names, with `health` in that of the mails. With
    `Accept: text/csv` all of them, not a page, come as one file.
    """
    act, rules = caller(), rules_of(partner().id)
    if request.accept_mimetypes.best_match([JSON, CSV]) == CSV:
        return _as_file(act, asked.wanted, rules)
    return collection(*portfolio.page(act, asked.wanted, rules, asked.most, after()))


def _as_file(act: Act, wanted: Wanted, rules: Rulebook) -> Response:
    answer = Response(stream_with_context(_lines(act, wanted, rules)), content_type=f"{CSV}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="acceptances-{act.at:%Y-%m-%d}.csv"'
    return answer


def _lines(act: Act, wanted: Wanted, rules: Rulebook) -> Iterator[str]:
    """Batch by batch; between two nothing is held, no lock, no snapshot and no rows."""
    yield sheets.lines([COLUMNS])
    key = None
    while True:
        items, key = portfolio.page(act, wanted, rules, A_BATCH, key)
        db.session.rollback()
        yield sheets.lines(_row(item) for item in items)
        if key is None:
            return


def _row(item: dict[str, Any]) -> list[Any]:
    asked = item["invitation"] or {}
    return [
        *(item[name] for name in PLAIN),
        *(item["version"][name] for name in OF_VERSION),
        *(asked.get(name) for name in OF_INVITATION),
    ]
