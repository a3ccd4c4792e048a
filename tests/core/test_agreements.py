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


# A version announced in May, asked for in June; what is older counts until September. One more without a grace.
GRACE = catalogue(
    version(0, date(2019, 10, 1), material=True),
    version(1, date(2024, 5, 1), material=True) | {"effective": date(2024, 6, 1), "grace": date(2024, 9, 1)},
    version(2, date(2024, 8, 1), material=True) | {"effective": date(2024, 8, 15)},
)


@pytest.mark.parametrize(
    ("day", "accepted", "outdated", "stale", "by"),
    [
        ("2024-05-31", 0, False, False, None),  # announced, not asked for
        ("2024-06-01", 0, True, False, "2024-09-01"),
        ("2024-08-14", 0, True, False, "2024-09-01"),
        ("2024-08-15", 0, True, True, "2024-08-15"),  # the next one has no grace
        ("2024-08-14", 1, False, False, None),
        ("2024-08-15", 1, True, True, "2024-08-15"),
        ("2024-08-15", 2, False, False, None),
        ("2024-08-15", None, False, False, None),
    ],
)
def test_an_older_acceptance_counts_until_the_first_grace_runs_out(
    day: str, accepted: int | None, outdated: bool, stale: bool, by: str | None
) -> None:
    terms = GRACE.terms(MCA, datetime.fromisoformat(f"{day}T23:59:59+00:00"))
    assert (terms.outdated(accepted), terms.stale(accepted)) == (outdated, stale)
    assert terms.reconfirm_by(accepted) == (date.fromisoformat(by) if by else None)


def test_a_grace_ends_with_the_day_before_it() -> None:
    one = catalogue(*GRACE.agreements[MCA]["versions"][:2])
    ends = datetime(2024, 9, 1, tzinfo=UTC)
    assert not one.terms(MCA, ends - timedelta(microseconds=1)).stale(0)
    assert one.terms(MCA, ends).stale(0)


def test_a_version_is_asked_for_when_published_and_counts_alone_when_asked_for_unless_it_says_otherwise() -> None:
    plain, later = (GRACE.versions(MCA)[index] for index in (0, 2))
    assert (plain.effective, plain.grace) == (date(2019, 10, 1), date(2019, 10, 1))
    assert (later.published, later.effective, later.grace) == (date(2024, 8, 1), date(2024, 8, 15), date(2024, 8, 15))


def test_versions_are_in_the_order_of_their_ranks() -> None:
    shuffled = catalogue(*reversed(GRACE.agreements[MCA]["versions"]))
    assert shuffled.versions(MCA) == GRACE.versions(MCA)
    assert [one.rank for one in shuffled.versions(MCA)] == [0, 1, 2]


def test_versions_published_since_are_added_to_those_that_came_with_assent() -> None:
    added = {MCA: [version(1, date(2026, 1, 1), material=True)]}
    more = CATALOGUE.with_versions(added)
    assert [(one.rank, one.published) for one in more.versions(MCA)] == [(0, date(2019, 10, 1)), (1, date(2026, 1, 1))]
    assert more.versions(AgreementType.CLOUD) == CATALOGUE.versions(AgreementType.CLOUD)
    assert more.terms(MCA, NOW).version == 1
    assert (more.terms(MCA, NOW).title, more.languages) == (CATALOGUE.terms(MCA, NOW).title, CATALOGUE.languages)
    assert [one.rank for one in CATALOGUE.versions(MCA)] == [0]


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("117a77b0-9360-443b-8795-c6dedc750cf9", MCA),
        ("998b88de-aa99-4388-a42c-1b3517d49490", AgreementType.CLOUD),
        ("117A77B0-9360-443B-8795-C6DEDC750CF9", None),
        ("MicrosoftCustomerAgreement", None),
        ("", None),
    ],
)
def test_a_template_tells_which_agreement_it_is_of(template: str, kind: AgreementType | None) -> None:
    assert CATALOGUE.type_of(template) is kind


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        (AgreementType.CLOUD, datetime(2018, 8, 6, 23, 59, tzinfo=UTC)),
        (MCA, datetime(2019, 9, 30, 23, 59, tzinfo=UTC)),
    ],
)
def test_an_agreement_that_is_not_on_offer_is_refused_by_name(kind: AgreementType, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        CATALOGUE.terms(kind, at)
    assert refused.value.reason is Reason.UNKNOWN_AGREEMENT_TYPE
    assert refused.value.data == {"type": kind}
    assert not CATALOGUE.offered(kind, at)
    assert CATALOGUE.offered(kind, at + timedelta(minutes=1))


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
