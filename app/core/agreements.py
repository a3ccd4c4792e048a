"""The agreements on offer: which version a customer is asked for, and until when an older acceptance counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType

FALLBACK_LANGUAGE = "en-US"
EVERYWHERE = "*"  # a text that is meant for every country
DAYS_TO_ANSWER = 14  # of the partner's, when somebody disputes an acceptance


@dataclass(frozen=True)
class Version:
    """One wording: announced when published, asked for once effective; older acceptances count until `grace`."""

    rank: int
    material: bool
    published: date
    effective: date
    grace: date

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Version":
        effective = row.get("effective") or row["published"]
        return cls(row["rank"], row["material"], row["published"], effective, row.get("grace") or effective)


@dataclass(frozen=True)
class Terms:
    """What a customer is asked to accept at one moment."""

    type: AgreementType
    title: str
    template_id: str
    link: str | None
    version: int
    material: int
    # Material versions that are asked for, and the day from which nothing older counts.
    deadlines: tuple[tuple[int, date], ...] = ()
    day: date = date.min

    def outdated(self, accepted: int | None) -> bool:
        """True when a newer material version is asked for: it may be reconfirmed, and has to be after the grace."""
        return accepted is not None and accepted < self.material

    def stale(self, accepted: int | None) -> bool:
        """True when the accepted version counts no more."""
        deadline = self.reconfirm_by(accepted)
        return self.outdated(accepted) and (deadline is None or deadline <= self.day)

    @property
    def oldest_counting(self) -> int:
        """Of what was accepted, everything before this version is stale."""
        return max((rank for rank, day in self.deadlines if day <= self.day), default=0)

    def reconfirm_by(self, accepted: int | None) -> date | None:
        """The day from which the accepted version counts no more, where that is known."""
        return min((day for rank, day in self.deadlines if accepted is not None and accepted < rank), default=None)


@dataclass(frozen=True)
class Catalogue:
    agreements: Mapping[str, Any]
    languages: Mapping[str, Mapping[str, Any]]

    def versions(self, kind: AgreementType) -> tuple[Version, ...]:
        rows = self.agreements.get(kind, {}).get("versions", ())
        return tuple(sorted((Version.of(row) for row in rows), key=lambda version: version.rank))

    def offered(self, kind: AgreementType, at: datetime) -> bool:
        day = at.astimezone(UTC).date()
        return any(version.effective <= day for version in self.versions(kind))

    def terms(self, kind: AgreementType, at: datetime) -> Terms:
        row, day = self.agreements.get(kind, {}), at.astimezone(UTC).date()
        asked = [version for version in self.versions(kind) if version.effective <= day]
        if not asked:
            raise Refused(Reason.UNKNOWN_AGREEMENT_TYPE, type=kind)
        material = [version for version in asked if version.material]
        return Terms(
            kind,
            row["title"],
            row["template_id"],
            row.get("link"),
            max(version.rank for version in asked),
            max((version.rank for version in material), default=0),
            tuple((version.rank, version.grace) for version in material),
            day,
        )

    def type_of(self, template_id: str) -> AgreementType | None:
        """Which agreement a template is of; ids are compared as they stand."""
        return next((AgreementType(k) for k, row in self.agreements.items() if row["template_id"] == template_id), None)

    def with_versions(self, added: Mapping[AgreementType, Iterable[Mapping[str, Any]]]) -> "Catalogue":
        """This catalogue with versions that were published since; what came with it stands."""
        rows = {
            kind: {**row, "versions": [*row["versions"], *added.get(AgreementType(kind), ())]}
            for kind, row in self.agreements.items()
        }
        return Catalogue(rows, self.languages)

    def knows(self, country: str) -> bool:
        return country in self.languages

    def document_language(self, country: str, wanted: str) -> str:
        """The agreement's language for a reader: theirs where it is offered in their country, else English."""
        offered = self.languages.get(country, {}).get("languages", ())
        tags = [wanted, *(tag for tag in offered if tag.split("-")[0] == wanted.split("-")[0])]
        return next((tag for tag in tags if tag in offered), FALLBACK_LANGUAGE)
