"""What a new customer has to give by its country, and how a company is found by the first letters of its name."""

import re
import unicodedata

from app.core.refusals import Reason, refuse_if

# Under this word a company's number in the register stands in its billing profile.
REGISTRATION = "organizationRegistrationNumber"
# Where a company is told apart by its number in the register and has to be reachable by phone; nowhere else is the
# number taken.
REGISTERED = frozenset("AM AZ BY HU IN KG KZ MD RU TJ UA UZ".split())
# The countries' own forms differ and change: only what can be no number in any register is refused.
NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9 ./-]{2,48}[A-Za-z0-9]")


def check(country: str, number: str | None, phone: str | None) -> None:
    """The company's number in the register and the phone number, as the country wants them."""
    listed = country in REGISTERED
    refuse_if(bool(number) and not listed, Reason.REGISTRATION_NUMBER_NOT_SUPPORTED, country=country)
    refuse_if(listed and not number, Reason.REGISTRATION_NUMBER_MISSING, country=country)
    refuse_if(bool(number) and not NUMBER.fullmatch(number or ""), Reason.REGISTRATION_NUMBER_INVALID, country=country)
    refuse_if(listed and not phone, Reason.PHONE_MISSING, country=country)


def search_key(name: str) -> str:
    """A name as it is compared: in one spelling and one case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
