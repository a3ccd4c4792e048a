"""What a recipient reads, in each language: the link, the code, what to do, and the same in both parts."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest

from app import spoken
from app.cli import cli
from app.core import codes, links
from app.core.languages import Language
from app.mail.compose import OURS
from tests.mail.conftest import Made
from tests.mail.facts import AT, COMPOSER, ID, MICROSOFT, PASSWORD, SECRETS, body, composed, parsed, said, tags
from tests.mail.kinds import ASKING, KINDS, mails

LINK = re.compile(r"https://\S+")
# An address or a fingerprint is not broken.
WHOLE = re.compile(r"https://\S+|[0-9a-f]{64}")


@pytest.mark.parametrize("name", ASKING)
def test_the_link_stands_alone_on_a_line_and_behind_the_button(name: str) -> None:
    for _, mail in mails([name]):
        message = parsed(composed(mail).data)
        link = COMPOSER.link(mail)
        text, page = body(message, "plain"), body(message, "html")
        assert text.splitlines().count(link) == 1
        hrefs = [dict(attributes)["href"] for tag, attributes in tags(page) if tag == "a"]
        assert hrefs[0] == link
        assert set(hrefs) == {line for line in text.splitlines() if LINK.fullmatch(line)}, "each has a line of its own"
        assert links.invitation_of(link.split("/Home/")[1][:43]) == ID


@pytest.mark.parametrize("name", ASKING)
def test_with_the_vendor_s_portal_the_link_is_the_vendor_s_and_holds_no_token(name: str) -> None:
    mail = KINDS[name]
    assert mail.invited
    message = parsed(composed(mail, MICROSOFT).data)
    shown = body(message, "plain") + said(body(message, "html"))
    assert links.vendor(mail.invited.link) in body(message, "plain").splitlines()
    assert links.token(SECRETS.link, ID, 1) not in shown
    assert "/Home/AZ" not in shown
    assert "code" not in shown, "the vendor's portal sends no codes"
    own = {"reminder", "expiry-warning"} if mail.revealed is None or mail.revealed.sealed else {mail.folder}
    assert ("assent.example" in shown) == (mail.folder in own), "only where reminders end, or a password is shown"


def test_the_link_names_the_reseller_and_asks_for_rights_where_the_invitation_does() -> None:
    text = body(parsed(composed(KINDS["relationship-and-agreement-reseller"]).data), "plain")
    assert "indirectCSPId=" in text
    assert "DAP=true" in text
    assert "also asks for administration rights" in " ".join(text.split())
    assert "no administration rights" not in " ".join(text.split())
    without = " ".join(body(parsed(composed(KINDS["relationship-and-agreement"]).data), "plain").split())
    assert "DAP=false" in without
    assert "no administration rights" in without


def test_the_code_is_in_the_body_and_not_where_a_locked_screen_shows_it() -> None:
    for name, mail in mails(["sign-in-code", "sign-in-code-reveal"]):
        message = parsed(composed(mail).data)
        code = codes.code(SECRETS.code, ID, 3)
        assert code in body(message, "plain").splitlines(), name
        assert code in said(body(message, "html")), name
        assert code not in message["Subject"]
        assert code not in body(message, "html").partition("</title>")[0]
        assert not LINK.search(body(message, "plain")), "whoever asked for it is on the page already"


def test_what_opens_something_is_in_no_subject(everything: list[Made]) -> None:
    secret = (PASSWORD, codes.code(SECRETS.code, ID, 3), "https://")
    assert [made.name for made in everything for one in secret if one in made.read["Subject"]] == []


def test_a_password_is_in_the_mail_only_where_the_partner_wants_it_there() -> None:
    shown = [name for name, mail in KINDS.items() if PASSWORD in body(parsed(composed(mail).data), "plain")]
    assert shown == ["new-customer-password", "credentials-password"]
    for name in shown:
        assert "/reveal/" not in composed(KINDS[name]).data.decode()


def test_somebody_waits_only_for_codes_and_credentials() -> None:
    urgent = {mail.folder for mail in KINDS.values() if composed(mail).urgent}
    assert urgent == {"sign-in-code", "credentials"}


def test_mails_to_the_partner_say_what_to_do_with_commands_that_exist(everything: list[Made], tmp_path: Path) -> None:
    """Each is read as the command line would read it, with something in the places left open."""
    found = {name: commands(made.text) for made in everything if made.mail.owed in OURS for name in [made.name]}
    for line in {line for lines in found.values() for line in lines}:
        words = line.replace("\\\n", " ").replace("YYYY-MM-DD", "2026-11-20").split()[1:]
        words = [opened(before, word, tmp_path) for before, word in zip(["", *words], words, strict=False)]
        command: click.Command = cli
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        command.make_context(line, words)
    assert [name for name, lines in found.items() if not lines and "endpoint" not in name] == []
    for made in everything:
        page = " ".join(said(made.page).split()).replace("…", "...")
        assert [line for line in commands(made.text) if " ".join(line.replace("\\\n", " ").split()) not in page] == []


def commands(text: str) -> list[str]:
    return re.findall(r"^assent (?:.*\\\n)*.*$", text, re.MULTILINE)


def opened(before: str, word: str, folder: Path) -> str:
    (folder / "signed.pdf").write_bytes(b"%PDF")
    known = {"--kind": "agreement", "--file": str(folder / "signed.pdf"), "--email": "maria@contoso.example"}
    return known.get(before, "x") if word.strip('"') == "..." else word


@pytest.mark.parametrize(
    ("name", "says"), [("endpoint-disabled", "21 November 2026"), ("endpoint-disabled-gone", "410 Gone")]
)
def test_a_disabled_endpoint_is_named_with_the_reason_and_what_to_do(name: str, says: str) -> None:
    url = "https://billing.fabrikam.example/hooks?x=<b>&y=" + "x" * 1900
    message = parsed(composed(replace(KINDS[name], words={**KINDS[name].words, "about": url})).data)
    text, page = body(message, "plain"), body(message, "html")
    assert message["From"].addresses[0].display_name == "Assent"
    assert len(message["Subject"]) < 120
    assert url in text.splitlines()
    assert str(ID) in text
    assert str(ID) in page
    assert says in " ".join(text.split())
    assert "https://assent.example/docs/webhooks#disabled" in text.splitlines()
    assert "<b>" not in page


def test_text_is_wrapped_at_words_for_narrow_screens(everything: list[Made]) -> None:
    for made in everything:
        lines = made.text.splitlines()
        long = [line for line in lines if len(line) > 76 and not WHOLE.fullmatch(line)]
        # Chinese has no words to break at; whoever shows it breaks it anywhere.
        assert [line for line in long if made.mail.language in ("en", "sv") or line.isascii()] == [], made.name
        assert "  " not in "\n".join(line.removeprefix("  ") for line in lines), made.name


def test_nothing_of_a_template_is_left_over(everything: list[Made]) -> None:
    for made in everything:
        shown = made.read["Subject"] + made.text + made.page
        assert not re.search("None|\\{\\{|\\}\\}|\\{%|%\\(|[\ue000\ue001\ufffd]", shown), made.name


def test_both_parts_say_the_same(everything: list[Made]) -> None:
    """Paragraph for paragraph, what the text says is in the page, but for what a page breaks and marks otherwise."""
    missing = []
    for made in everything:
        if made.mail.own and made.mail.own.html:
            continue  # whoever words both can say two things
        page = _bare(said(made.page))
        for paragraph in made.text.split("\n\n"):
            missing += [(made.name, line) for line in _lines(paragraph) if _bare(line) not in page]
    assert missing == []


def _lines(paragraph: str) -> list[str]:
    """Rows of a table and items of a list each for itself."""
    rows = paragraph.splitlines()
    listed = all(re.match(r"- |  |.*[:：]", row) for row in rows)
    return [part for row in rows for part in re.split(r"(?<=[:：])", row, maxsplit=1)] if listed else [paragraph]


def _bare(text: str) -> str:
    return re.sub(r"[\s\\:：…]|\.\.\.|^- ", "", text)


def test_days_are_written_out_in_each_language() -> None:
    assert {said: spoken.day(AT, said) for said in Language} == {
        "en": "21 November 2026",
        "sv": "21 november 2026",
        "zh-Hans": "2026年11月21日",
        "zh-Hant": "2026年11月21日",
    }
    months = [spoken.day(datetime(2026, 1, 1) + timedelta(days=31 * n), Language.ENGLISH) for n in range(12)]
    assert [month.split()[1][:3] for month in months] == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
