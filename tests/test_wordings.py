"""A partner's own words and looks as they are kept: version by version, and nobody else's business."""

import pytest
from flask import Flask

from app.auth import acts
from app.commands import branding, wordings
from app.commands.branding import Looks
from app.core.languages import Language
from app.core.mails import Brand, Own
from app.core.names import Kind
from app.core.refusals import Reason
from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.models import Blob, MailPolicy, MailTemplate, Partner
from app.queries import around
from app.queries import wordings as queries
from tests.channel import act, company, done, hire, refused
from tests.pictures import drawn

REMINDER, SWEDISH = Kind.REMINDER, Language.SWEDISH
FIRST, SECOND = Own("First", "{{ link }}"), Own("Second", "{{ link }}", '<a href="{{ link }}">Answer</a>')


@pytest.fixture
def fabrikam(app: Flask) -> Partner:
    return company("Fabrikam", PartnerType.DIRECT_BILL)


def save(partner: Partner, own: Own, kind: Kind = REMINDER) -> MailTemplate:
    return done(wordings.save, acts.console(partner.id), partner, kind, SWEDISH, own)


def held(partner: Partner) -> dict[tuple[str, str], Own]:
    """What the worker finds."""
    db.session.rollback()
    return {(kind, language): own for (_, kind, language), own in around.wordings([partner.id]).items()}


def test_every_save_and_every_reset_is_a_version_and_the_newest_holds(fabrikam: Partner) -> None:
    assert save(fabrikam, FIRST).version == 1
    save(fabrikam, SECOND)
    assert held(fabrikam) == {(REMINDER, SWEDISH): SECOND}
    done(wordings.reset, acts.console(), fabrikam, REMINDER, SWEDISH)
    assert held(fabrikam) == {}
    assert done(wordings.reset, acts.console(), fabrikam, REMINDER, SWEDISH) is None
    save(fabrikam, FIRST)
    rows = queries.versions(acts.console(), fabrikam.id, REMINDER, SWEDISH)
    assert [(row.version, queries.said(row)) for row in rows] == [(4, FIRST), (3, None), (2, SECOND), (1, FIRST)]
    assert held(fabrikam) == {(REMINDER, SWEDISH): FIRST}


def test_each_kind_and_language_has_versions_of_its_own(fabrikam: Partner) -> None:
    save(fabrikam, FIRST)
    save(fabrikam, SECOND, Kind.AGREEMENT)
    assert held(fabrikam) == {(REMINDER, SWEDISH): FIRST, (Kind.AGREEMENT, SWEDISH): SECOND}
    listed = queries.listed(acts.console(), fabrikam.id)
    assert len(listed) == len(Kind) * len(Language)
    assert [(row["kind"], row["version"]) for row in listed if row["own"]] == [("agreement", 1), ("reminder", 1)]


def test_what_cannot_be_used_is_not_kept(fabrikam: Partner) -> None:
    bad = Own("x", "no link")
    assert refused(wordings.save, acts.console(), fabrikam, REMINDER, SWEDISH, bad) == Reason.INVALID_WORDING
    assert held(fabrikam) == {}


def test_only_a_global_admin_of_the_partner_words_its_mails(fabrikam: Partner) -> None:
    other = company("Northwind", PartnerType.DIRECT_BILL)
    for who, reason in (
        (hire(fabrikam), Reason.ROLE_NOT_ALLOWED),
        (hire(other, Role.GLOBAL_ADMIN), Reason.NOT_FOUND),
    ):
        by = act(who)
        assert refused(wordings.save, by, fabrikam, REMINDER, SWEDISH, FIRST) == reason
        assert refused(wordings.reset, by, fabrikam, REMINDER, SWEDISH) == reason
        assert refused(branding.brand, by, fabrikam.id, Looks()) == reason
        assert refused(queries.versions, by, fabrikam.id, REMINDER, SWEDISH) == reason


def test_mails_of_a_resellers_customers_are_its_providers_to_word(app: Flask) -> None:
    provider = company("Northwind", PartnerType.PROVIDER)
    reseller = company("Adventure", PartnerType.RESELLER, provider)
    assert refused(wordings.save, acts.console(), reseller, REMINDER, SWEDISH, FIRST) == Reason.WRONG_PARTNER_TYPE


def test_looks_are_replaced_as_a_whole_and_the_picture_is_kept_once(fabrikam: Partner) -> None:
    logo, by = drawn(), acts.console()
    done(branding.brand, by, fabrikam.id, Looks("#0B6E4F", logo, "Fabrikam"))
    done(branding.brand, by, fabrikam.id, Looks(None, logo))
    policy = db.session.get_one(MailPolicy, fabrikam.id)
    assert (policy.colour, policy.logo_type, policy.logo_alt) == (None, "image/png", None)
    assert db.session.get_one(Blob, policy.logo_sha256).content == logo
    found = queries.brand(fabrikam.id).logo
    assert found
    assert found.content == logo
    done(branding.brand, by, fabrikam.id, Looks())
    assert queries.brand(fabrikam.id) == Brand()
