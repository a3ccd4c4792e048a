"""The agreements: which there are, their versions, and the documents that customers are shown."""

from io import BytesIO
from typing import Any
from uuid import UUID

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.core.agreements import EVERYWHERE
from app.core.vocabulary import AgreementType
from app.queries import editions, keysets, versions
from app.queries.editions import PAGE, Sought
from app.web.dashboard import page, shell
from app.web.pages import rule_words, words
from app.web.pages.routes import act

FILTERS = ("type", "country", "language")


@page.get("/agreements", needs=rule_words.ACTIONS)
def catalogue() -> ResponseReturnValue:
    book, given = shell.rules().catalogue, request.args
    kind = given.get("type")
    sought = Sought(
        AgreementType(kind) if kind in list(AgreementType) else None, given.get("country"), given.get("language")
    )
    listed = editions.documents(sought, PAGE, _place(given.get("after")))
    shown, more = listed[:PAGE], len(listed) > PAGE
    narrowed: dict[str, Any] = {name: value for name, value in given.items() if value and name in FILTERS}
    last = keysets.spelled(shown[-1].country, shown[-1].language, shown[-1].id) if more else None
    countries, languages = editions.places()
    return render_template(
        "dashboard/catalogue/page.html",
        agreements=_agreements(),
        documents=shown,
        next=url_for(".catalogue", **narrowed, after=last, _anchor="documents") if last else None,
        first=url_for(".catalogue", **narrowed, _anchor="documents") if given.get("after") else None,
        narrowed=narrowed,
        kinds=[(one.value, words.label(one)) for one in AgreementType],
        countries=countries,
        languages_there=languages,
        everywhere=EVERYWHERE,
        label=words.label,
        known=len(book.languages),
    )


def _place(after: str | None) -> tuple[str, str, UUID] | None:
    found = keysets.parts(after, str, str, UUID)
    return (found[0], found[1], found[2]) if found else None


def _agreements() -> list[dict[str, Any]]:
    """Each agreement with its versions, the newest first."""
    book, numbers = shell.rules().catalogue, editions.numbers()
    rows = versions.listed(book, shell.own().id, act().at, documents=False)
    return [
        {
            "kind": kind,
            "template_id": book.agreements[kind]["template_id"],
            "link": book.agreements[kind].get("link"),
            "recordable": shell.rules().recordable(kind, act().at),
            "versions": [
                (version, next(row for row in rows if (row["type"], row["versionRank"]) == (kind, version.rank)))
                for version in reversed(book.versions(kind))
            ],
            "documents": {rank: number for (of, rank), number in numbers.items() if of is kind},
        }
        for kind in AgreementType
        if kind in book.agreements
    ]


@page.get("/agreements/documents/<uuid:document_id>", needs=rule_words.ACTIONS)
def agreement_document(document_id: UUID) -> ResponseReturnValue:
    """The very bytes that customers are shown; the hash in the list is theirs."""
    found, content = editions.content(document_id)
    return send_file(BytesIO(content), found.media_type, as_attachment=True, download_name=found.name, max_age=0)
