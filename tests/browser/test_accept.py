"""The whole story in a real browser: invited by mail, identified by a code, accepted, on record."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.core.lifecycle import State
from app.db import db
from tests.browser.conftest import Browse
from tests.browser.service import CODE, LINK, Service, awaited, fill_in, focus, receipt, records, the
from tests.cast import Cast
from tests.servers import Assent
from tests.verifier import first_fault

pytestmark = pytest.mark.xdist_group("browser")


def chain(instance: Path) -> list[dict[str, object]]:
    """The records as they lie in the file."""
    with sqlite3.connect(f"file:{instance}/assent.db?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT body, hash FROM record ORDER BY number").fetchall()
    connection.close()
    return [json.loads(body) | {"hash": hash} for body, hash in rows]


def test_from_the_command_line_to_the_record(assent: Assent, browse: Browse) -> None:
    assent.up()
    ana, maria = "ana@fabrikam.example", "maria@contoso.example"
    partner = assent.json("partner", "add", "--name", "Fabrikam", "--type", "direct-bill", "--country", "SE")["id"]
    person = ["--email", ana, "--name", "Ana Lind", "--role", "admin-agent"]
    assent.json("staff", "add", "--partner", partner, *person)
    company = ["--company", "Contoso", "--domain", "contoso.example", "--country", "SE", "--language", "en"]
    contact = ["--first-name", "Maria", "--last-name", "Ek", "--email", maria]
    customer = assent.json("customer", "add", "--partner", partner, *company, *contact)["id"]
    assent.json("invite", customer, "--kind", "agreement", "--as", ana)

    page = browse()
    link = the(LINK, awaited(assent.instance, "agreement", maria))
    page.goto(link)
    expect(page).to_have_url(re.compile("/portal/invitation$"))
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code from the mail").fill(the(CODE, awaited(assent.instance, "sign-in-code", maria)))
    page.get_by_role("button", name="Continue").click()
    fill_in(page)
    page.get_by_role("button", name="Accept").click()
    shown = receipt(page)

    status = assent.json("status", customer)
    assert (status["state"], status["assurance"]) == ("direct-accepted", "mailbox-code")
    links = chain(assent.instance)
    assert [link["event"] for link in links] == ["created", "invite", "accept"]
    assert first_fault(links) is None
    assert links[-1]["hash"] == shown

    token = re.split(r"[/?]", link)[5]
    kept = {file: file.read_bytes() for file in assent.instance.parent.rglob("*") if file.is_file()}
    assert [file.parent.name for file, content in kept.items() if token.encode() in content] == ["mail"]


# Small ways in which people use a page


def test_a_double_click_accepts_once(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse()
    service.identify(page, story.invite())
    fill_in(page)
    page.get_by_role("button", name="Accept").dblclick()
    shown = receipt(page)
    assert [record.hash for record in records(story, "accept")] == [shown]


def test_going_back_and_accepting_again_shows_the_same_receipt(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse()
    service.identify(page, story.invite())
    second = page.context.new_page()
    second.goto(page.url)
    fill_in(second)
    fill_in(page)
    page.get_by_role("button", name="Accept").click()
    shown = receipt(page)
    page.go_back()
    assert receipt(page) == shown
    page.reload()
    assert receipt(page) == shown
    second.get_by_role("button", name="Accept").click()
    assert receipt(second) == shown
    assert len(records(story, "accept")) == 1


def test_a_double_click_on_the_code_identifies(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse()
    invitation = story.invite()
    page.goto(service.link(invitation))
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code from the mail").fill(service.code(invitation))
    page.get_by_role("button", name="Continue").dblclick()
    expect(page.get_by_role("button", name="Accept")).to_be_visible()


def test_with_the_keyboard_alone(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse()
    invitation = story.invite()
    page.goto(service.link(invitation))

    def on(role: str, name: str | re.Pattern[str]) -> None:
        wanted = page.get_by_role(role, name=name)  # type: ignore[arg-type]
        focus(page, lambda: wanted.evaluate("element => element === document.activeElement"))

    on("button", "Send me a code")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code from the mail")).to_be_focused()
    page.keyboard.type(service.code(invitation))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    for name in ("I have read", "I am an administrator"):
        on("checkbox", re.compile(name))
        page.keyboard.press("Space")
    on("textbox", "Your full name")
    page.keyboard.type("Maria Ek")
    page.keyboard.press("Enter")
    shown = receipt(page)
    assert [record.hash for record in records(story, "accept")] == [shown]


def test_unticked_boxes_stop_at_the_page(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse()
    service.identify(page, story.invite())
    page.get_by_label("Your full name").fill("Maria Ek")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("checkbox").first).to_be_focused()
    assert records(story, "accept") == []
    db.session.refresh(story.machine)
    assert story.machine.state is State.INVITED


def signed_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_signing_out_and_coming_back(browse: Browse, service: Service, cast: Cast) -> None:
    story, page = cast.customer(), browse()
    invitation = story.invite()
    service.identify(page, invitation)
    signed_out(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Please begin with your link")).to_be_visible()
    page.goto(service.link(invitation))
    expect(page.get_by_role("button", name="Send me a code")).to_be_visible()
