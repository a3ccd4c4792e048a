"""`/v1/mailtemplates`: what mails say, in words of the partner's own; and the words of one invitation."""

import email
from email import policy
from typing import Any

import pytest

from app.core.names import GRAMMARS, Kind
from app.core.vocabulary import PartnerType, Role
from tests.channel import company, hire
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import NO_ROLE, NOT_FOUND, NOT_SIGNED_IN, Program, Refusal, of, program, refusal, untouched

ALL = "/v1/mailtemplates"
REMINDER, AGREEMENT = f"{ALL}/reminder/sv", f"{ALL}/agreement/en"
OWN = {
    "subject": "{{ partner }} frågar {{ company }}",
    "text": "Hej {{ contact }}!\n\n{% if reseller %}\nFrån {{ reseller }}.\n{% endif %}\n\n{{ link }}\n",
    "html": '<p>Hej {{ contact }}!</p><p><a href="{{ link }}">Svara här</a></p>',
}
INVALID: Refusal = (400, 3000, "invalid-wording")
MISSING: Refusal = (400, 3000, "missing-field")
NOT_YOURS: Refusal = (403, 1002, "wrong-partner-type")


@pytest.fixture
def admin(desk: Desk) -> Program:
    return desk.colleague(Role.GLOBAL_ADMIN)


def put(who: Program, where: str, body: object = OWN) -> Any:
    found = who.send("PUT", where, json=body)
    assert found.status_code == 200, found.text
    return found.json


def test_without_words_of_its_own_a_partner_sees_ours_with_placeholders(admin: Program) -> None:
    found = admin.get(REMINDER)
    assert (found["own"], found["version"], found["html"], found["versions"]) == (False, None, None, [])
    assert "{{ link }}" in found["text"]
    names = {name["name"]: name for name in found["names"]}
    assert set(names) == GRAMMARS[Kind.REMINDER].names
    assert (names["link"]["needed"], names["link"]["inSubject"], names["contact"]["sample"]) == (
        True,
        False,
        "Maria Ek",
    )


def test_our_words_can_be_saved_as_they_are_shown(admin: Program) -> None:
    shown = admin.get(REMINDER)
    saved = put(admin, REMINDER, {"subject": shown["subject"], "text": shown["text"]})
    assert [(row["kind"], row["language"]) for row in admin.get(ALL)["items"] if row["own"]] == [("reminder", "sv")]
    assert (saved["text"], saved["own"]) == (shown["text"], True)


def test_saves_and_resets_are_versions_that_can_be_read_again(admin: Program) -> None:
    first = put(admin, REMINDER)
    assert {name: first[name] for name in OWN} == OWN
    assert (first["version"], first["by"]) == (1, first["versions"][0]["by"])
    put(admin, REMINDER, OWN | {"subject": "Två"})
    assert admin.send("DELETE", REMINDER).status_code == 204
    now = admin.get(REMINDER)
    assert (now["own"], now["version"], [row["own"] for row in now["versions"]]) == (False, 3, [False, True, True])
    assert admin.get(f"{REMINDER}?version=1")["subject"] == OWN["subject"]
    assert refusal(admin.send("GET", f"{REMINDER}?version=4")) == NOT_FOUND
    with untouched():
        assert admin.send("DELETE", REMINDER).status_code == 204


def test_paths_are_read_in_any_case_and_unknown_ones_are_not_there(admin: Program) -> None:
    assert admin.get(f"{ALL}/RelationshipAndAgreement/ZH-HANS/")["kind"] == "relationshipAndAgreement"
    for where in (f"{ALL}/blocked/sv", f"{ALL}/reminder/de", f"{ALL}/reminder/sv-SE"):
        for method, body in (("GET", None), ("PUT", OWN), ("DELETE", None)):
            assert refusal(admin.send(method, where, json=body)) == NOT_FOUND


def test_every_fault_is_told_with_part_line_reason_and_remedy(admin: Program) -> None:
    bad = {"subject": "{{ link }}", "text": "Hej\n{{ 7*7 }}\n{{ nobody }}", "html": "<script>x</script>"}
    with untouched():
        found = admin.send("PUT", REMINDER, json=bad)
        assert refusal(found) == INVALID
        assert refusal(admin.post(f"{REMINDER}/preview", bad)) == INVALID
    body = found.json or {}
    assert body["data"][:2] == ["subject:1 not-in-subject link", "text:2 not-allowed {{ 7*7 }}"]
    assert [(at["part"], at["line"], at["reason"]) for at in body["faults"]] == [
        ("subject", 1, "not-in-subject"),
        ("text", 2, "not-allowed"),
        ("html", 1, "name-missing"),
        ("html", 1, "html-tag"),
        ("html", 1, "html-tag"),
    ]
    assert all(len(at["says"]) > 10 for at in body["faults"])


def test_words_are_whole_or_missing(admin: Program) -> None:
    with untouched():
        for left_out in ("subject", "text"):
            body = {name: value for name, value in OWN.items() if name != left_out}
            assert refusal(admin.send("PUT", REMINDER, json=body)) == MISSING


def test_a_preview_shows_what_would_be_sent_and_keeps_nothing(desk: Desk, admin: Program) -> None:
    with untouched():
        ours = admin.made(f"{AGREEMENT}/preview", {}, 200)
        tried = admin.made(f"{AGREEMENT}/preview", {"text": "Own words.\n\n{{ link }}\n"}, 200)
    assert "Maria Ek" in ours["text"]
    assert "********" in ours["text"]
    assert tried["subject"] == ours["subject"]
    assert tried["text"].startswith("Own words.")
    assert ours["text"].splitlines()[-1] == tried["text"].splitlines()[-1]
    assert "Own words.</p>" in tried["html"]
    put(admin, AGREEMENT)
    saved = admin.made(f"{AGREEMENT}/preview", {}, 200)
    assert saved["subject"] == "Fabrikam frågar Contoso"
    assert "Svara här</a>" in saved["html"]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_mail_can_be_previewed(admin: Program, kind: Kind) -> None:
    found = admin.made(f"{ALL}/{kind}/zh-Hant/preview", {}, 200)
    assert "Contoso" in found["text"]
    assert "{{" not in str(found)


def test_who_may_not_manage_mail_learns_nothing(desk: Desk) -> None:
    other = program(desk.app, hire(company("Northwind", PartnerType.DIRECT_BILL), Role.GLOBAL_ADMIN))
    asked: list[tuple[str, str, Any]] = [
        ("GET", ALL, None),
        ("GET", REMINDER, None),
        ("PUT", REMINDER, OWN),
        ("DELETE", REMINDER, None),
        ("POST", f"{REMINDER}/preview", {}),
    ]
    put(desk.colleague(Role.GLOBAL_ADMIN), REMINDER)
    with untouched():
        for method, where, body in asked:
            assert refusal(Program(desk.app).send(method, where, json=body)) == NOT_SIGNED_IN
            assert refusal(desk.program.send(method, where, json=body)) == NO_ROLE
        assert other.get(REMINDER)["own"] is False


def test_a_reseller_does_not_word_its_providers_mails(desk: Desk) -> None:
    reseller = company("Adventure", PartnerType.RESELLER, company("Northwind", PartnerType.PROVIDER))
    who = program(desk.app, hire(reseller, Role.GLOBAL_ADMIN))
    with untouched():
        assert refusal(who.send("PUT", REMINDER, json=OWN)) == NOT_YOURS


# Mails


def mail(desk: Desk, **more: Any) -> Any:
    """An invitation's mail as it is sent."""
    made = desk.program.made(of(desk.customer(), "invitations"), {"kind": "agreement"} | more)
    found = desk.program.send("GET", f"/v1/invitations/{made['id']}/message", {"Accept": "message/rfc822"})
    return made, email.message_from_bytes(found.data, policy=policy.default)


def bodies(message: Any) -> list[str]:
    return [message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]


def test_saved_words_are_in_the_mails_that_follow_with_head_and_foot_of_ours(desk: Desk, admin: Program) -> None:
    ours = bodies(mail(desk)[1])[0]
    put(admin, AGREEMENT)
    made, sent = mail(desk)
    assert made["message"] is None
    assert sent["Subject"] == "Fabrikam frågar Contoso"
    text, html = bodies(sent)
    assert text.startswith("Hej Maria Ek!\n")
    assert text.splitlines()[-1] == ours.splitlines()[-1]
    assert "Svara här</a>" in html
    assert mail(desk, language="sv")[1]["Subject"] != sent["Subject"]
    admin.send("DELETE", AGREEMENT)
    assert bodies(mail(desk)[1])[0].split()[0] == ours.split()[0]


def test_an_invitation_can_have_words_of_its_own(desk: Desk, admin: Program) -> None:
    put(admin, AGREEMENT)
    said = {"subject": "Just for {{ company }}", "text": "Dear {{ contact }},\n\n{{ link }}\n"}
    made, sent = mail(desk, message=said)
    assert made["message"] == said | {"html": None}
    assert desk.program.get(f"/v1/invitations/{made['id']}")["message"] == made["message"]
    assert sent["Subject"] == "Just for Contoso"
    text, html = bodies(sent)
    assert text.startswith("Dear Maria Ek,")
    assert "Dear Maria Ek,</p>" in html


def test_an_invitation_with_words_that_cannot_be_used_is_not_made(desk: Desk) -> None:
    body = {"kind": "agreement", "message": {"subject": "Hi", "text": "{{ lipsum() }}\n{{ link }}"}}
    where = of(desk.customer(), "invitations")
    with untouched():
        found = desk.program.post(where, body)
    assert refusal(found) == INVALID
    assert (found.json or {})["data"] == ["text:1 not-allowed {{ lipsum() }}"]
