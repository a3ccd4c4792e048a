"""What mails say: seen, tried out, saved as versions, given back; what is wrong stands beside its part."""

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.errors.wordings import GIVEN, SAYS
from app.models import MailTemplate
from tests.cast import Cast
from tests.channel import company, hire
from tests.web.dashboard.member import Member

ALL, ONE = "/mail/wordings", "/mail/wordings/reminder/sv"
OWN = {"subject": "Påminnelse till {{ company }}", "text": "Hej {{ contact }}!\n\n{{ link }}\n"}


def versions(cast: Cast) -> list[tuple[int, str | None]]:
    db.session.rollback()
    rows = db.session.query(MailTemplate).filter_by(partner_id=cast.fabrikam.id).order_by(MailTemplate.version)
    return [(row.version, row.text) for row in rows]


def test_own_words_are_saved_as_versions_and_given_back(gina: Member, cast: Cast) -> None:
    assert gina.open(ALL).text.count(">Standard</a>") == 28
    gina.open(ONE)
    gina.submit(ONE, subject=OWN["subject"], text=OWN["text"])
    assert "Saved as version 1" in gina.page.text
    assert ">Own words</a>" in gina.open(ALL).text
    gina.open(ONE)
    gina.submit(f"{ONE}/reset")
    assert versions(cast) == [(1, OWN["text"]), (2, None)]
    older = gina.open(f"{ONE}?version=1").text
    assert "These are the words of version 1" in older
    gina.submit(ONE)
    assert versions(cast)[2] == (3, OWN["text"])


def test_a_preview_runs_nothing_and_keeps_nothing(gina: Member, cast: Cast) -> None:
    gina.open(ONE)
    form = gina.forms[ONE].fields | OWN
    shown = gina.post(f"{ONE}/preview", form | {"as": "html"})
    assert "Hej Maria Ek!" in shown.text
    assert "script" not in shown.text
    assert shown.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'; sandbox")
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    plain = gina.post(f"{ONE}/preview", form | {"as": "text"})
    assert "<h1>Påminnelse till Contoso</h1>" in plain.text
    faulty = gina.post(f"{ONE}/preview", form | {"text": "{{ nobody }}"})
    assert (faulty.status_code, "nobody" in faulty.text) == (400, True)
    assert "Contoso" in gina.open(f"{ONE}/preview").text
    assert versions(cast) == []


def test_faults_stand_beside_their_part_and_nothing_typed_is_lost(gina: Member, cast: Cast) -> None:
    gina.open(ONE)
    gina.submit(ONE, subject="{{ link }}", text="one\ntwo {{ nobody }}", html="<p onclick=x>{{ link }}</p>")
    page = gina.page.text
    assert gina.page.status_code == 400
    assert "Nothing was saved" in page
    for part, line, word in (("subject", 1, "Subject"), ("text", 2, "Text"), ("html", 1, "HTML")):
        beside = page.partition(f'id="{part}-faults"')[2].partition("</ul>")[0]
        assert f"{word}, line {line}:" in beside
    assert "two {{ nobody }}</textarea>" in page
    assert "&lt;p onclick=x&gt;" in page
    assert versions(cast) == []


def test_what_is_far_too_long_comes_back_to_be_shortened(gina: Member, cast: Cast) -> None:
    gina.open(ONE)
    gina.submit(ONE, text="å" * 40_000)
    assert gina.page.status_code == 400
    assert "All parts together have at most 20000 bytes" in gina.page.text
    assert "å" * 40_000 in gina.page.text
    assert versions(cast) == []


def test_every_fault_has_a_sentence_with_all_its_names() -> None:
    for said in SAYS.values():
        assert "%(" not in said % GIVEN


@pytest.mark.parametrize("where", ["/mail/wordings/nothing/sv", "/mail/wordings/reminder/fi", f"{ONE}?version=7"])
def test_unknown_wordings_are_not_there(gina: Member, where: str) -> None:
    assert gina.get(where).status_code == 404


def test_a_reseller_may_try_words_but_not_save_them(app: Flask, cast: Cast) -> None:
    reseller = company("Wingtip", PartnerType.RESELLER, company("Tailspin", PartnerType.PROVIDER))
    rita = Member(app, hire(reseller, Role.GLOBAL_ADMIN, name="Rita Sol"))
    page = rita.open(ONE).text
    assert "only the provider can save them" in page
    rita.submit(ONE, subject=OWN["subject"], text=OWN["text"])
    assert rita.page.status_code == 403
    assert "Hej {{ contact }}!" in rita.page.text
