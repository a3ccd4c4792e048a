"""The rules on pages: shown, tried out, set by those who may; and the question what if."""

import csv
import io

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.installation import load_rules
from app.queries import rulebooks
from app.web.pages import rule_words
from tests.cast import Cast
from tests.channel import company, customer, done, hire
from tests.web.dashboard.member import Member

ROWS = """
[[rule]]
id = "anew"
topic = "enforcement"
from = 2999-02-01
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = 2998-01-01
text = "Everybody accepts <again>."
"""


@pytest.fixture
def boss(app: Flask, cast: Cast) -> Member:
    return Member(app, hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Bea Boss"))


def rows_of(cast: Cast) -> str | None:
    db.session.rollback()
    return rulebooks.rows(cast.fabrikam.id)


def test_each_rule_stands_there_in_words_with_its_days_and_its_source(ana: Member) -> None:
    page = ana.open("/rules").text
    assert "Only the Microsoft Customer Agreement counts" in page
    assert "from 1 February 2020 on" in page
    assert "the vendor's page S0 S4" in page
    assert page.count('<tr>\n      <td class="number"') == len(load_rules().policy.rules)
    assert "No change lies ahead" in page
    assert "<textarea" not in page


def test_the_sentences_of_the_rules_are_known_to_the_catalogues() -> None:
    assert {rule.text for rule in load_rules().policy.rules} == set(rule_words.TEXTS)


def test_rows_are_tried_out_before_they_are_set(boss: Member, cast: Cast) -> None:
    done(customer(cast.fabrikam).attest, cast.act())
    customer(cast.fabrikam)
    boss.open("/rules")
    page = boss.submit("/rules", rows=ROWS, step="preview", operation="new-purchase", channel="api").text
    assert "What these rows would do" in page
    assert '<td class="number">1</td><td class="number"><strong>2</strong></td>' in page
    assert "accepted-since = 2998-01-01" in page
    assert rows_of(cast) is None
    page = boss.submit("/rules", rows=ROWS, step="save").text
    assert "Your rows hold from now on" in page
    assert "your own row" in page
    assert "Everybody accepts &lt;again&gt;." in page
    assert "set by Bea Boss" in page
    assert rows_of(cast) == ROWS
    assert "The next change comes on 1 February 2999" in page


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ('[[rule]]\nid = "x"\n', "rule &#39;x&#39; needs"),
        ("[[rule", "rows: "),
        (
            '[[rule]]\nid = "mca-only-2020-02-01"\ntopic = "requirement"\nfrom = 2030-01-01\nany-of = []\n',
            "no row says",
        ),
    ],
)
def test_every_fault_is_named_and_nothing_typed_is_lost(boss: Member, cast: Cast, rows: str, fault: str) -> None:
    for step in ("preview", "save"):
        boss.open("/rules")
        answer = boss.submit("/rules", rows=rows, step=step)
        assert answer.status_code == 400
        assert "These rows were not taken" in answer.text
        assert fault in answer.text
        assert rows.splitlines()[0].replace('"', "&#34;") in answer.text
    assert rows_of(cast) is None


def test_who_may_not_set_rows_cannot(ana: Member, cast: Cast) -> None:
    ana.open("/rules")
    assert ana.post("/rules", {"csrf_token": ana.csrf, "rows": ROWS, "step": "save"}).status_code == 403
    assert rows_of(cast) is None


def test_what_if_names_who_could_not_order_why_and_what_helps(ana: Member, cast: Cast) -> None:
    attested, fresh = customer(cast.fabrikam), customer(cast.fabrikam)
    done(attested.attest, cast.act())
    page = ana.open("/rules/what-if").text
    assert "1 customer could not order" in page
    assert "No confirmation that counts (Microsoft Customer Agreement)" in page
    assert "Invite the customer" in page
    assert f"/customers/{fresh.machine.customer_id}" in page
    page = ana.open("/rules/what-if?date=2999-03-01").text
    assert "1 customer could not order" in page
    assert 'value="2999-03-01"' in page
    assert "Everybody could order" in ana.open("/rules/what-if?operation=auto-renewal").text
    found = ana.client.get("/rules/what-if", query_string={"date": "2999-03-01", "rows": ROWS}).text
    assert "2 customers could not order" in found


def test_the_whole_list_comes_as_a_file(ana: Member, cast: Cast) -> None:
    cases = [customer(cast.fabrikam) for _ in range(2)]
    answer = ana.get("/rules/what-if.csv?date=2999-03-01")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["Customer id", "Company", "Why", "Next step", "Whose move"]
    assert {row[0] for row in rows[1:]} == {str(case.machine.customer_id) for case in cases}


@pytest.mark.parametrize(("asked", "field"), [("date=tomorrow", "date"), ("channel=fax", "channel")])
def test_a_question_that_makes_no_sense_is_said_beside_its_field(ana: Member, asked: str, field: str) -> None:
    page = ana.open(f"/rules/what-if?{asked}").text
    assert 'class="field wrong"' in page
    assert "could not order</h2>" not in page
    assert ana.get(f"/rules/what-if.csv?{asked}").status_code == 400
    assert f'name="{field}"' in page


def test_faults_of_rows_that_are_tried_out_are_named(ana: Member) -> None:
    page = ana.client.get("/rules/what-if", query_string={"rows": "[[rule"}).text
    assert "These rows make no sense: 1 fault" in page


def test_a_resellers_people_are_told_whose_rules_hold(app: Flask, cast: Cast) -> None:
    provider = company("Tailspin", PartnerType.PROVIDER)
    rita = Member(app, hire(company("Wingtip", PartnerType.RESELLER, provider)))
    assert "Your indirect provider confirms for your customers" in rita.open("/rules").text
    assert "Your indirect provider asks this question" in rita.open("/rules/what-if").text
    assert rita.get("/rules/what-if.csv").status_code == 403


def test_helpdesk_has_no_business_with_rules(app: Flask, cast: Cast) -> None:
    helper = Member(app, hire(cast.fabrikam, Role.HELPDESK_AGENT))
    for where in ("/rules", "/rules/what-if", "/rules/what-if.csv", "/rules/next"):
        assert helper.get(where).status_code == 403
