"""The agreements on offer: which version a customer is asked for, and when an older acceptance is stale."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType

FALLBACK_LANGUAGE = "en-US"


@dataclass(frozen=True)
class Terms:
    """What a customer is asked to accept at one moment."""

    type: AgreementType
    title: str
    template_id: str
    link: str
    version: int
    material: int

    def stale(self, accepted: int | None) -> bool:
        """True when the accepted version is older than the newest material one."""
        return accepted is not None and accepted < self.material


@dataclass(frozen=True)
class Catalogue:
    agreements: Mapping[str, Any]
    languages: Mapping[str, Mapping[str, Any]]

    def terms(self, kind: AgreementType, at: datetime) -> Terms:
        row = self.agreements.get(kind, {})
        day = at.astimezone(UTC).date()
        offered = [v for v in row.get("versions", ()) if v["published"] <= day]
        if not offered:
            raise Refused(Reason.UNKNOWN_AGREEMENT_TYPE, type=kind)
        return Terms(
            kind,
            row["title"],
            row["template_id"],
            row["link"],
            max(v["rank"] for v in offered),
            max((v["rank"] for v in offered if v["material"]), default=0),
        )

    def knows(self, country: str) -> bool:
        return country in self.languages

    def document_language(self, country: str, wanted: str) -> str:
        """The agreement's language for a reader: theirs where it is offered in their country, else English."""
        offered = self.languages.get(country, {}).get("languages", ())
        tags = [wanted, *(tag for tag in offered if tag.split("-")[0] == wanted.split("-")[0])]
        return next((tag for tag in tags if tag in offered), FALLBACK_LANGUAGE)
