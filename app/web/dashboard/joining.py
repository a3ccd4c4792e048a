"""What the form of a new customer brings: the company and its contact, and how its agreement is to be confirmed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app import spoken
from app.commands.customers import Profile
from app.core import contact as text
from app.core import countries
from app.core.contact import Contact
from app.core.permissions import Action, refusal
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import AgreementType, PartnerType
from app.models import Partner, Relationship
from app.queries import customers, partners
from app.tongue import language
from app.web.dashboard import confirming, shell
from app.web.dashboard.confirming import Statement
from app.web.pages.forms import line
from app.web.pages.routes import act

WHO = ("company", "domain", "country", "language", "registration", "through")
PERSON = ("first_name", "last_name", "email", "phone")
SIGNER = ("signer_first_name", "signer_last_name", "signer_email", "signer_phone")
ACCOUNT = (*WHO, *PERSON)
AGREEMENT = ("way", "date", "signer", *SIGNER)
# Where on the form a refusal belongs that names no field.
FIELDS = {
    Reason.REGISTRATION_NUMBER_MISSING: "registration",
    Reason.REGISTRATION_NUMBER_INVALID: "registration",
    Reason.REGISTRATION_NUMBER_NOT_SUPPORTED: "registration",
    Reason.PHONE_MISSING: "phone",
    Reason.ALREADY_EXISTS: "domain",
}


class Way(StrEnum):
    ASK = "ask"
    ATTEST = "attest"


@dataclass(frozen=True)
class Account:
    """Who it is, who confirms for it, and through which reseller it is worked."""

    profile: Profile
    confirming: Partner
    reseller: Partner | None

    @property
    def decided_elsewhere(self) -> bool:
        """Whether an attestation has to be approved by somebody else."""
        return act().partner_type is PartnerType.RESELLER or self.confirming.four_eyes

    @property
    def may_vouch(self) -> bool:
        return refusal(act(), Action.SUBMIT_DRAFT if self.decided_elsewhere else Action.ATTEST) is None

    @property
    def statement(self) -> Statement:
        """What somebody vouches for who attests at once."""
        described = Relationship(company=self.profile.company, country=self.profile.country)
        return confirming.stated(described, shell.rules_of(self.confirming.id).terms(AgreementType.MCA, act().at))


@dataclass(frozen=True)
class Agreed:
    """Who agreed, and when."""

    contact: Contact
    at: datetime
    is_primary: bool


def account() -> Account:
    own, named = shell.own(), text.uuid(line("through"))
    refuse_if(named is None and bool(line("through")), Reason.INVALID_VALUE, field="through")
    confirms, reseller = partners.between(own, named)
    company, domain = text.line(line("company"), "companyName"), text.domain(line("domain"))
    country, reads = where()
    contact = _person(*PERSON)
    number = line("registration") or None
    countries.check(country, number, contact.phone)
    _check_free(confirms, reseller, domain)
    billing = _billing(company, country, reads, contact, number) if number else None
    return Account(Profile(company, country, reads, contact, domain, billing=billing), confirms, reseller)


def where() -> tuple[str, str]:
    """The country, and one of the languages its documents are offered in."""
    catalogue = shell.rules().catalogue
    country, reads = line("country"), line("language")
    refuse_if(not country, Reason.MISSING_FIELD, field="country")
    refuse_if(not catalogue.knows(country), Reason.INVALID_VALUE, field="country")
    refuse_if(reads not in offered(country), Reason.NOT_OFFERED, field="language")
    return country, reads


def agreed(who: Account) -> Agreed | None:
    """None where the customer is to be asked."""
    way = line("way")
    refuse_if(not way, Reason.MISSING_FIELD, field="way")
    refuse_if(way not in list(Way), Reason.INVALID_VALUE, field="way")
    if way == Way.ASK:
        return None
    at, primary = confirming.agreed_on(line("date")), line("signer") != "other"
    return Agreed(who.profile.contact if primary else _signer(), at, primary)


def _signer() -> Contact:
    try:
        return _person(*SIGNER)
    except Refused as problem:
        field = str(problem.data.get("field", "firstName"))
        raise Refused(problem.reason, **problem.data | {"field": f"signer{field[:1].upper()}{field[1:]}"}) from problem


def _person(first: str, last: str, email: str, phone: str) -> Contact:
    return Contact.parse(line(first), line(last), line(email), line(phone) or None)


def _check_free(confirms: Partner, reseller: Partner | None, domain: str) -> None:
    """What would be refused at the end is refused where the domain stands."""
    known = customers.of_domain(act(), domain, confirms.id)
    if known and not (reseller and not any(one.id == reseller.id for one in customers.resellers_of(known))):
        raise Refused(Reason.ALREADY_EXISTS, what=domain, field="domain", known=known)


def _billing(company: str, country: str, reads: str, contact: Contact, number: str) -> dict[str, Any]:
    """As the vendor's create call spells it, for the number in the company's register has its place there."""
    address = {"country": country, "firstName": contact.first_name, "lastName": contact.last_name}
    known = {"email": contact.email, "language": reads.split("-")[0], "companyName": company}
    phone = {"phoneNumber": contact.phone} if contact.phone else {}
    return known | {"defaultAddress": address | phone, countries.REGISTRATION: number}


def offered(country: str) -> list[str]:
    """The languages that a country's documents are offered in; of no country in particular, all of them."""
    known = shell.rules().catalogue.languages
    rows = [known[country]] if country in known else known.values()
    return sorted({tag for row in rows for tag in row["languages"]})


def languages(country: str) -> list[tuple[str, str]]:
    """The same for a choice, by their names."""
    names = [(tag, spoken.speech(tag, language())) for tag in offered(country)]
    return sorted(names, key=lambda one: one[1].casefold())


def all_countries() -> list[tuple[str, str]]:
    known = spoken.countries(language())
    names = [(code, known.get(code, row["name"])) for code, row in shell.rules().catalogue.languages.items()]
    return sorted(names, key=lambda one: one[1].casefold())


def partners_beside() -> list[tuple[str, str]]:
    """For a provider its resellers, for a reseller its providers; the others work alone."""
    if shell.own().type is PartnerType.DIRECT_BILL:
        return []
    return [(str(partner.id), partner.name) for partner in partners.tied(act())]


def usual_country() -> str:
    return shell.own().country


def usual_language(country: str) -> str:
    """The country's own rather than English."""
    tags = offered(country)
    return next((tag for tag in tags if not tag.startswith("en")), tags[0])
