"""`/v1/mailpolicy`: a partner's own decisions, and what is in force with the installation's."""

from typing import Any

from app.core.vocabulary import Role
from tests.channel import hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import MARIA, Program, of, program

WHERE = "/v1/mailpolicy"
SETTINGS = {"reminders": [3, 7, 14], "quietHours": "20-8", "expiryWarningDays": 3, "passwordInMail": False}
OPEN = {"language": None, "reminders": None, "quietHours": None, "expiryWarningDays": None, "passwordInMail": False}


def changed(who: Program, body: dict[str, Any]) -> Any:
    return who.send("PATCH", WHERE, json=body).json


def test_a_partner_that_decided_nothing_has_the_installations_settings(desk: Desk) -> None:
    boss = desk.colleague(Role.GLOBAL_ADMIN)
    assert boss.get(WHERE) == {
        **OPEN,
        "inForce": {"language": "en", **SETTINGS},
        "warnings": [],
        "attributes": boss.get(WHERE)["attributes"],
    }


def test_what_is_decided_holds_and_what_is_reset_falls_back(desk: Desk) -> None:
    boss = desk.colleague(Role.GLOBAL_ADMIN)
    decided = {"language": "sv", "reminders": [7, 3, 3], "quietHours": "off", "expiryWarningDays": 0}
    found = changed(boss, decided | {"passwordInMail": True})
    own = decided | {"reminders": [3, 7], "passwordInMail": True}
    assert {name: found[name] for name in own} == own == found["inForce"]
    assert found["warnings"] == ["password-in-mail"]
    found = changed(boss, {"reset": ["reminders", "quietHours"], "passwordInMail": False})
    assert (found["reminders"], found["quietHours"], found["language"], found["warnings"]) == (None, None, "sv", [])
    assert found["inForce"] == {**SETTINGS, "language": "sv", "expiryWarningDays": 0}
    assert changed(boss, {"reminders": []})["inForce"]["reminders"] == []


def test_nonsense_is_refused_by_the_members_name(desk: Desk) -> None:
    boss = desk.colleague(Role.GLOBAL_ADMIN)
    for name, value in [
        ("reminders", [1, 2, 3, 4, 5]),
        ("reminders", [0]),
        ("reminders", "3,7"),
        ("quietHours", "20"),
        ("quietHours", "8-8"),
        ("expiryWarningDays", 366),
        ("language", "de"),
        ("reset", ["colour"]),
    ]:
        answer = boss.send("PATCH", WHERE, json={name: value})
        assert (name, answer.status_code) == (name, 400)
        assert name in answer.text
    assert boss.get(WHERE)["reminders"] is None


def test_it_is_the_global_admins_to_decide_each_for_its_own_partner(desk: Desk, chain: Chain) -> None:
    assert desk.program.send("GET", WHERE).status_code == 403
    boss = desk.colleague(Role.GLOBAL_ADMIN)
    boss.send("PATCH", WHERE, json={"language": "zh-Hans"})
    other = program(desk.app, hire(chain.channel.reseller, Role.GLOBAL_ADMIN))
    assert other.get(WHERE)["language"] is None


def test_an_invitation_has_days_and_a_zone_of_its_own(desk: Desk) -> None:
    where = of(desk.customer(), "invitations")
    body = {"kind": "agreement", "reminders": [9, 2], "contact": MARIA | {"timeZone": "Asia/Kolkata"}}
    made = desk.program.made(where, body)
    assert (made["reminders"], made["reminded"]) == ([2, 9], 0)
    assert made["nextReminder"][11:].startswith(("02:30", made["createdAt"][11:16]))
    none = desk.program.made(where, {"kind": "agreement", "reminders": []})
    assert none["reminders"] == []
    assert none["nextReminder"] > made["nextReminder"], "the warning is none of them"
    ended = desk.program.get(f"/v1/invitations/{made['id']}")
    assert (ended["status"], ended["nextReminder"]) == ("revoked", None)
    for bad in ({"reminders": [400]}, {"contact": MARIA | {"timeZone": "Mars/Olympus"}}):
        assert desk.program.post(where, {"kind": "agreement"} | bad).status_code == 400
