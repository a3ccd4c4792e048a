"""The agreements on offer: their versions, when an acceptance is stale, and the language they are shown in."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from app.core.agreements import Catalogue
from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType
from app.installation import load_rules

CATALOGUE = load_rules().catalogue
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MCA = AgreementType.MCA


def version(rank: int, published: date, *, material: bool) -> dict[str, Any]:
    return {"rank": rank, "published": published, "material": material}


def catalogue(*versions: dict[str, Any]) -> Catalogue:
    row = {"title": "MCA", "template_id": "t", "link": "https://agreement.example", "versions": versions}
    return Catalogue({MCA: row}, {})


TWO = catalogue(
    version(0, date(2019, 10, 1), material=True),
    version(1, date(2023, 3, 1), material=False),
    version(2, date(2025, 6, 1), material=True),
    version(3, date(2026, 1, 1), material=False),
)


@pytest.mark.parametrize(
    ("moment", "newest", "material"),
    [
        ("2019-10-01T00:00:00+00:00", 0, 0),
        ("2023-02-28T23:59:59+00:00", 0, 0),
        ("2023-03-01T00:00:00+00:00", 1, 0),
        ("2025-06-01T00:00:00+00:00", 2, 2),
        ("2026-11-21T09:00:00+00:00", 3, 2),
    ],
)
def test_what_is_asked_for_is_the_newest_version_published_by_then(moment: str, newest: int, material: int) -> None:
    terms = TWO.terms(MCA, datetime.fromisoformat(moment))
    assert (terms.version, terms.material) == (newest, material)


def test_a_moment_is_the_same_day_wherever_it_is_written_down() -> None:
    published = datetime(2025, 6, 1, tzinfo=UTC)
    for hours in (-11, 0, 13):
        zone = timezone(timedelta(hours=hours))
        assert TWO.terms(MCA, published.astimezone(zone)).version == 2
        assert TWO.terms(MCA, (published - timedelta(seconds=1)).astimezone(zone)).version == 1


@pytest.mark.parametrize(
    ("accepted", "stale"),
    [(None, False), (0, True), (1, True), (2, False), (3, False)],
)
def test_an_acceptance_is_stale_once_a_newer_material_version_is_out(accepted: int | None, stale: bool) -> None:
    assert TWO.terms(MCA, NOW).stale(accepted) is stale


def test_a_minor_version_makes_nothing_stale() -> None:
    assert not TWO.terms(MCA, datetime(2024, 1, 1, tzinfo=UTC)).stale(0)


@pytest.mark.parametrize(
    ("kind", "at"),
    [(AgreementType.CLOUD, NOW), (MCA, datetime(2019, 9, 30, 23, 59, tzinfo=UTC))],
)
def test_an_agreement_that_is_not_on_offer_is_refused_by_name(kind: AgreementType, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        CATALOGUE.terms(kind, at)
    assert refused.value.reason is Reason.UNKNOWN_AGREEMENT_TYPE
    assert refused.value.data == {"type": kind}


def test_the_agreement_on_offer_carries_the_vendors_constants() -> None:
    terms = CATALOGUE.terms(MCA, NOW)
    assert terms.title == "Microsoft Customer Agreement"
    assert terms.template_id == "117a77b0-9360-443b-8795-c6dedc750cf9"
    assert terms.link == "https://aka.ms/customeragreement"


def test_the_agreement_is_offered_in_246_countries_and_everywhere_in_english() -> None:
    assert len(CATALOGUE.languages) == 246
    assert all(re.fullmatch("[A-Z]{2}", country) for country in CATALOGUE.languages)
    assert all("en-US" in row["languages"] and row["name"] for row in CATALOGUE.languages.values())
    assert [c for c, row in CATALOGUE.languages.items() if len(set(row["languages"])) != len(row["languages"])] == []


def test_a_country_is_known_by_its_two_capital_letters() -> None:
    assert CATALOGUE.knows("SE")
    assert not any(CATALOGUE.knows(country) for country in ("se", "XX", "SWE", ""))


@pytest.mark.parametrize(
    ("country", "wanted", "shown"),
    [
        ("SE", "sv-SE", "sv-SE"),
        ("SE", "sv", "sv-SE"),
        ("SE", "sv-FI", "sv-SE"),
        ("SE", "en", "en-US"),
        ("SE", "en-GB", "en-US"),
        ("SE", "de", "en-US"),
        ("DE", "de-AT", "de-DE"),
        ("TW", "zh-Hant", "zh-HK"),
        ("SG", "zh-Hans", "zh-SG"),
        ("MO", "zh", "zh-HK"),
        ("RS", "sr", "sr-Latn-RS"),
        ("BE", "nl", "nl-NL"),
        ("BE", "fr", "en-US"),
        ("CH", "fr-CH", "fr-FR"),
        ("CH", "de", "en-US"),
        ("AD", "sv", "en-US"),
        ("XX", "sv", "en-US"),
        ("SE", "", "en-US"),
    ],
)
def test_a_reader_gets_its_language_where_it_is_offered_and_english_elsewhere(
    country: str, wanted: str, shown: str
) -> None:
    assert CATALOGUE.document_language(country, wanted) == shown


def test_the_language_shown_is_always_one_that_the_country_offers() -> None:
    wanted = {tag for row in CATALOGUE.languages.values() for tag in row["languages"]} | {"xx", "zh-Hans", "sv"}
    for country, row in CATALOGUE.languages.items():
        assert {CATALOGUE.document_language(country, tag) for tag in wanted} <= set(row["languages"])
