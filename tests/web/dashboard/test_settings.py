"""The partner as Assent knows it: four eyes, the vendor's agreement, who may do what, facts without secrets."""

from dataclasses import replace

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.models import Partner
from tests.cast import Cast
from tests.channel import company, hire
from tests.web.dashboard.member import Member

SETTINGS = "/settings"


def own(cast: Cast) -> Partner:
    db.session.expire_all()
    return db.session.get_one(Partner, cast.fabrikam.id)


def test_it_says_who_the_partner_is_and_who_may_do_what(gina: Member, cast: Cast) -> None:
    page = gina.open(SETTINGS).text
    for shown in ("Fabrikam", "Direct-bill partner", "Sweden", str(cast.fabrikam.id), "Attest that a customer has"):
        assert shown in page


def test_four_eyes_are_turned_on_and_off(gina: Member, cast: Cast) -> None:
    gina.open(SETTINGS)
    gina.submit("/settings/four-eyes")
    assert own(cast).four_eyes
    assert "every attestation needs a second person" in gina.page.text
    gina.submit("/settings/four-eyes")
    assert not own(cast).four_eyes


@pytest.mark.parametrize("day", ["", "2999-01-01", "yesterday"])
def test_the_day_of_the_vendors_agreement_is_noted_unless_it_is_none(gina: Member, cast: Cast, day: str) -> None:
    gina.open(SETTINGS)
    gina.submit("/settings/vendor-agreement", vendor_agreement_on=day)
    assert gina.page.status_code == 400
    assert 'id="vendor_agreement_on-error"' in gina.page.text
    gina.submit("/settings/vendor-agreement", vendor_agreement_on="2020-03-01")
    assert str(own(cast).vendor_agreement_on) == "2020-03-01"


def test_facts_for_support_hold_no_secret(gina: Member, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.addresses import relays

    place = app.extensions["assent"]
    told = relays("smtp://robot:hunter2@mail.fabrikam.example:587")
    monkeypatch.setitem(app.extensions, "assent", replace(place, config=replace(place.config, smtp_url=told)))
    page = gina.open(SETTINGS).text
    assert "mail.fabrikam.example:587" in page
    assert "hunter2" not in page
    assert "robot" not in page
    assert str(place.config.instance) not in page


def test_what_the_operator_has_decided_otherwise_is_said(
    gina: Member, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = app.extensions["assent"]
    other = {"invite": frozenset({Role.HELPDESK_AGENT})}
    monkeypatch.setitem(app.extensions, "assent", replace(place, config=replace(place.config, permissions=other)))
    assert "The operator has decided these otherwise" in gina.open(SETTINGS).text


def test_only_global_admins_see_and_change_it(ana: Member, cast: Cast) -> None:
    assert ana.get(SETTINGS).status_code == 403
    ana.open("/mail")
    assert ana.post("/settings/four-eyes", {"csrf_token": ana.csrf, "four_eyes": "yes"}).status_code == 403
    assert not own(cast).four_eyes


def test_a_reseller_reads_why_it_has_no_four_eyes(app: Flask) -> None:
    reseller = company("Wingtip", PartnerType.RESELLER, company("Tailspin", PartnerType.PROVIDER))
    rita = Member(app, hire(reseller, Role.GLOBAL_ADMIN, name="Rita Sol"))
    assert "two companies look at each attestation already" in rita.open(SETTINGS).text
    assert "/settings/four-eyes" not in rita.forms
