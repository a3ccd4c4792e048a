"""The agreements on a page: versions, documents to be downloaded, and who publishes them."""

from datetime import date
from hashlib import sha256

from flask import Flask

from app.auth import acts
from app.commands import catalogue
from app.commands.catalogue import Publication
from app.commands.files import File
from app.core.vocabulary import AgreementType, Role
from app.db import new_id
from app.installation import installation
from app.queries import rulebooks
from tests.cast import Cast
from tests.channel import done, hire
from tests.web.dashboard.member import Member

MCA = AgreementType.MCA


def publish() -> None:
    known = rulebooks.of(installation().rules, None).catalogue
    done(catalogue.publish, acts.console(), Publication(MCA, True, date(2998, 1, 1), None, date(2998, 6, 1)), known)
    known = rulebooks.of(installation().rules, None).catalogue
    for country, language in (("*", "en-US"), ("SE", "sv-SE")):
        file = File(f"terms {country}.pdf".replace("*", "all"), "application/pdf", f"%PDF {language}".encode())
        done(catalogue.add_document, acts.console(), MCA, 1, country, language, file, known)


def test_versions_documents_and_who_publishes_them_stand_there(ana: Member) -> None:
    page = ana.open("/agreements").text
    assert "No documents are kept yet" in page
    assert "117a77b0-9360-443b-8795-c6dedc750cf9" in page
    assert "assent catalogue publish" in page
    assert "No longer asked for" in page
    publish()
    page = ana.open("/agreements").text
    assert "Material: older acceptances have to be renewed" in page
    assert "1 June 2998" in page
    assert sha256(b"%PDF sv-SE").hexdigest() in page


def test_documents_are_filtered_and_downloaded_as_they_were_kept(ana: Member) -> None:
    page = ana.open("/agreements?country=SE&language=sv-SE&type=MicrosoftCustomerAgreement").text
    assert "terms SE.pdf" in page
    assert "terms all.pdf" not in page
    where = page.partition("/agreements/documents/")[2].partition('"')[0]
    answer = ana.get(f"/agreements/documents/{where}")
    assert answer.data == b"%PDF sv-SE"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "No document fits these filters" in ana.open("/agreements?country=DE").text
    assert "terms all.pdf" in ana.open("/agreements?after=nonsense").text


def test_a_document_nobody_knows_is_not_there(ana: Member) -> None:
    assert ana.get(f"/agreements/documents/{new_id()}").status_code == 404


def test_helpdesk_has_no_business_with_agreements(app: Flask, cast: Cast) -> None:
    helper = Member(app, hire(cast.fabrikam, Role.HELPDESK_AGENT))
    assert helper.get("/agreements").status_code == 403
