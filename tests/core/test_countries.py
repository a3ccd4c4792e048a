"""What a new customer has to give by its country, and how names are compared."""

import pytest

from app.core.countries import REGISTERED, check, search_key
from app.core.refusals import Refused

PHONE = "+7 495 123 456"


def refused(country: str, number: str | None, phone: str | None) -> str | None:
    try:
        check(country, number, phone)
    except Refused as refusal:
        return refusal.reason.value
    return None


@pytest.mark.parametrize("country", sorted(REGISTERED))
def test_where_companies_are_registered_number_and_phone_are_needed(country: str) -> None:
    assert refused(country, None, PHONE) == "registration-number-missing"
    assert refused(country, "1234567890", None) == "phone-missing"
    assert refused(country, "1234567890", PHONE) is None


def test_there_are_twelve_such_countries() -> None:
    assert sorted(REGISTERED) == ["AM", "AZ", "BY", "HU", "IN", "KG", "KZ", "MD", "RU", "TJ", "UA", "UZ"]


@pytest.mark.parametrize("country", ["SE", "US", "DE", "CN", "ru"])
def test_elsewhere_the_number_is_not_taken_and_the_phone_not_needed(country: str) -> None:
    assert refused(country, None, None) is None
    assert refused(country, "1234567890", PHONE) == "registration-number-not-supported"


@pytest.mark.parametrize("number", ["7707083893", "01-09-123456", "U72200KA2009PTC049889", "12/34 56"])
def test_every_registers_own_form_is_taken(number: str) -> None:
    assert refused("RU", number, PHONE) is None


@pytest.mark.parametrize("number", ["123", "none", "-1234", "1234\n", "1" * 51, "12<34"])
def test_what_can_be_no_number_is_refused(number: str) -> None:
    assert refused("RU", number, PHONE) == "registration-number-invalid"


def test_names_are_compared_in_one_case_and_one_spelling() -> None:
    assert search_key("A\u030angstr\u00f6m") == search_key("\u00c5NGSTR\u00d6M") == "\u00e5ngstr\u00f6m"
    assert search_key("Stra\u00dfe") == "strasse"
