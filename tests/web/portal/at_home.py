"""Somebody signed in at the portal's home, and a second partner of the same tenant with its own staff and agreement."""

from dataclasses import dataclass, replace
from itertools import count

from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import attestations, customers, partners, staff
from app.commands.customers import Profile
from app.core.contact import Contact
from app.core.vocabulary import PartnerType, Role
from app.db import transaction
from app.models import Machine, Partner, Relationship, Staff
from tests.cast import MARIA, Story
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import Visitor

HOME, SIGN_IN = "/portal", "/portal/account/sign-in"
OWN = "seven purple tigers"
_number = count(1)


@dataclass
class Other:
    """Tailspin, and Tom who works there."""

    partner: Partner
    tom: Staff
    relationship: Relationship
    machine: Machine


def sign_in(visitor: Visitor, name: str, password: str = FIRST) -> TestResponse:
    visitor.get(HOME)
    return visitor.submit(SIGN_IN, user_name=name, password=password)


def at_home(visitor: Visitor, account: Account) -> TestResponse:
    page = sign_in(visitor, account.name)
    assert (page.status_code, page.request.path) == (200, HOME)
    return page


def other_partner(story: Story, name: str = "Tailspin") -> Other:
    with transaction():
        act = acts.console()
        partner = partners.add_partner(act, name, PartnerType.DIRECT_BILL, "SE")
        email = f"tom@tailspin{next(_number)}.example"
        tom = staff.add_staff(act, partner, email, "Tom Berg", [Role.ADMIN_AGENT, Role.GLOBAL_ADMIN])
        contact = replace(MARIA, email=story.relationship.email)
        profile = Profile("Contoso", "SE", "en", contact, story.relationship.customer.domain)
        added = customers.add_customer(act, partner, profile)
    return Other(partner, tom, added.relationship, added.machine)


def attested(story: Story, contact: Contact = MARIA) -> None:
    """Ana vouches for Maria."""
    with transaction():
        act = story.cast.act()
        attestations.attest(act, story.machine, story.relationship, contact, act.at, story.cast.rules)
