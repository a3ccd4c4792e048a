"""The demo's own pages: be anybody, read everybody's mail; without its setting there are none."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask import Flask

from app import create_app
from app.config import Config
from app.core.vocabulary import PartnerType
from app.db import db
from tests.cast import Cast
from tests.channel import company, hire
from tests.engines import on_sqlite  # noqa: F401
from tests.web.portal.visitor import Visitor

WHERE = ("/demo", "/demo/mails", "/demo/mails/x", "/demo/mails/x/html", "/demo/mails/x.eml")
NAME = "0199f0c2-1111-7abc-8def-0123456789ab-agreement"


@pytest.fixture
def demo(built: Flask, config: Config) -> Iterator[Flask]:
    app = create_app(replace(config, demo=1))
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def mail(config: Config) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        "Please <accept>",
        "Ana <ana@fabrikam.example>",
        "maria@contoso.example",
    )
    message.set_content("Follow http://127.0.0.1:8000/AdminPortal/Home/abc to accept.")
    html = '<html><head></head><body><img src="cid:logo"><a href="http://127.0.0.1:8000/x">accept</a></body></html>'
    message.add_alternative(html, subtype="html")
    message.get_payload()[1].add_related(b"PNG", "image", "png", cid="<logo>")  # type: ignore[index, union-attr]
    folder = config.instance / "mail"
    folder.mkdir(exist_ok=True)
    (folder / f"{NAME}.eml").write_bytes(bytes(message))
    return message


def test_without_the_setting_the_addresses_are_not_even_known(app: Flask) -> None:
    assert [rule.rule for rule in app.url_map.iter_rules() if "demo" in rule.rule or "demo" in rule.endpoint] == []
    visitor = Visitor(app)
    assert {visitor.send(visitor.client.get, where).status_code for where in WHERE} == {404}


def test_one_button_is_enough_to_be_somebody(demo: Flask, cast: Cast) -> None:
    company("Wingtip", PartnerType.PROVIDER)
    hire(cast.fabrikam, name="Bo Ek")
    visitor = Visitor(demo)
    page = visitor.get("/demo").text
    assert page.index("Bo Ek") > page.index("Ana Lind") > page.index("Fabrikam")
    visitor.submit(f"/demo/sign-in/{cast.ana.id}")
    assert visitor.page.status_code == 200
    assert cast.ana.email in visitor.page.text


def test_who_left_is_nobody_to_be(demo: Flask, cast: Cast) -> None:
    visitor = Visitor(demo)
    visitor.get("/demo")
    answer = visitor.post("/demo/sign-in/0199f0c2-1111-7abc-8def-0123456789ab", {"csrf_token": visitor.csrf})
    assert answer.status_code == 404
    assert visitor.post(f"/demo/sign-in/{cast.ana.id}", {}).status_code == 400


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(demo: Flask, mail: EmailMessage) -> None:
    visitor = Visitor(demo)
    listed = visitor.get("/demo/mails").text
    assert "Please &lt;accept&gt;" in listed
    assert f"/demo/mails/{NAME}" in listed
    page = visitor.get(f"/demo/mails/{NAME}").text
    assert f'src="/demo/mails/{NAME}/html"' in page
    assert 'href="http://127.0.0.1:8000/AdminPortal/Home/abc"' in page
    framed = visitor.get(f"/demo/mails/{NAME}/html")
    assert "sandbox allow-popups" in framed.headers["Content-Security-Policy"]
    assert "script" not in framed.headers["Content-Security-Policy"]
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in framed.text
    assert 'src="data:image/png;base64,UE5H"' in framed.text
    assert visitor.get(f"/demo/mails/{NAME}.eml").data == bytes(mail)


@pytest.mark.parametrize("name", ["x", "..", "../assent", "%2e%2e%2fassent"])
def test_nothing_but_dropped_mails_is_read(demo: Flask, mail: EmailMessage, name: str) -> None:
    visitor = Visitor(demo)
    for rest in ("", "/html", ".eml"):
        assert visitor.get(f"/demo/mails/{name}{rest}").status_code == 404


def test_its_own_webhooks_are_heard(demo: Flask) -> None:
    assert demo.test_client().post("/demo/webhooks", data=b"{}").status_code == 204
