"""The agreement's text for a country and language: links of five minutes, and the bytes behind them."""

import secrets
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Response, send_file

from app.auth import acts
from app.core import documents
from app.core.agreements import FALLBACK_LANGUAGE
from app.core.documents import NONCE_BYTES, Pass, Use
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import AgreementType
from app.db import db
from app.installation import installation
from app.models import AgreementDocument, Blob
from app.queries import versions
from app.web.v1.callers import caller, partner, rules_of, url
from app.web.v1.routes import EVERYBODY, route
from app.web.v1.shape import Answer, Country, Language, Shape

# Only this is shown in the browser; anything else could be a page that runs under our address.
SHOWN = "application/pdf"


class DocumentAsked(Shape):
    country: Country = "US"
    language: Language = FALLBACK_LANGUAGE


class DocumentLinks(Answer):
    display_uri: str
    download_uri: str
    language: str
    country: str


@route.get(
    "/agreementtemplates/{templateId}/document",
    needs=Action.VIEW,
    asks=DocumentAsked,
    gives=DocumentLinks,
    vendors=True,
)
def show_template(template_id: UUID, asked: DocumentAsked) -> dict[str, Any]:
    """Links to the text of the Microsoft Customer Agreement, each good for five minutes and given once.

    In `en-US` where the language is not on offer in the country, or is not held here; `language` says which it is.
    Both links lead to the very bytes that customers are shown. Country codes are in capitals.
    """
    catalogue = rules_of(partner().id).catalogue
    known = catalogue.type_of(str(template_id)) is AgreementType.MCA
    refuse_if(not known, Reason.NOT_FOUND, what="template id")
    refuse_if(not catalogue.knows(asked.country), Reason.INVALID_VALUE, field="country")
    offered = catalogue.languages[asked.country]["languages"]
    language = asked.language if asked.language in offered else FALLBACK_LANGUAGE
    rank = catalogue.terms(AgreementType.MCA, caller().at).version
    found = versions.document(AgreementType.MCA, rank, asked.country, (language, FALLBACK_LANGUAGE))
    if found is None:
        raise Refused(Reason.NO_DOCUMENT, country=asked.country, language=language)
    uris = {f"{use}Uri": _uri(found, use) for use in Use}
    return uris | {"language": found.language, "country": asked.country}


def _uri(document: AgreementDocument, use: Use) -> str:
    key, nonce = installation().keys.document, secrets.token_bytes(NONCE_BYTES)
    return url(f"/v1/documents/{documents.token(key, Pass(document.id, use), acts.now(), nonce)}")


@route.get("/documents/{token}", needs=EVERYBODY, media="*/*", refuses=(410,))
def fetch_document(token: str) -> Response:
    """The bytes behind one of these links. Whoever has it may read the text, and needs no bearer token."""
    given = documents.read(installation().keys.document, token, acts.now())
    text = db.session.get(AgreementDocument, given.document)
    if text is None:
        raise Refused(Reason.NOT_FOUND, what="document link")
    content = BytesIO(db.session.get_one(Blob, text.sha256).content)
    saved = given.use is Use.DOWNLOAD or text.media_type != SHOWN
    return send_file(content, text.media_type, as_attachment=saved, download_name=text.name, max_age=0)
