"""`assent invitation`, and when the terminal says that reminders go out."""

import uuid

from tests.cli.terminal import Terminal

UNKNOWN = str(uuid.uuid4())


def test_invitations_are_listed_sent_again_and_taken_back(desk: Terminal) -> None:
    by, customer = desk.ana, desk.tenant()
    first = desk.json("invite", customer, "--as", by)
    second = desk.json("invite", customer, "--as", by, "--reminders", "9,2", "--time-zone", "Asia/Kolkata")
    found = desk.json("invitation", "list", customer, "--as", by)
    assert [(one["id"], one["status"]) for one in found["items"]] == [(second["id"], "open"), (first["id"], "revoked")]
    assert (second["reminders"], first["reminders"], first["nextReminder"] is None) == ([2, 9], None, False)
    again = desk.json("invitation", "resend", second["id"], "--as", by)
    assert (again["status"], again["warnings"]) == ("open", [])
    assert again["nextReminder"] >= second["nextReminder"]
    assert desk.row("invitation", id=uuid.UUID(second["id"])).generation == 2
    assert desk.json("invitation", "revoke", second["id"], "--as", by)["status"] == "revoked"
    assert desk.refused("invitation", "resend", second["id"], "--as", by) == "invitation-revoked"
    assert desk.refused("invitation", "revoke", UNKNOWN, "--as", by) == "not-found"
    assert desk.refused("invitation", "list", UNKNOWN, "--as", by) == "not-found"


def test_an_invitation_without_reminders_and_days_that_make_no_sense(desk: Terminal) -> None:
    by, customer = desk.ana, desk.tenant()
    assert desk.json("invite", customer, "--as", by, "--reminders", "off")["reminders"] == []
    assert "at most 4 days" in desk.misused("invite", customer, "--as", by, "--reminders", "1,2,3,4,5")
    assert desk.refused("invite", customer, "--as", by, "--time-zone", "Mars/Olympus") == "invalid-value"


def test_a_partner_decides_about_its_mails_and_gives_the_decision_back(desk: Terminal) -> None:
    partner = desk.partner()
    given = ("--reminders", "7,3", "--quiet-hours", "off", "--expiry-warning", "off", "--mail-language", "sv")
    found = desk.json("partner", "set", partner, *given, "--password-in-mail")["mailPolicy"]
    own = {"language": "sv", "reminders": [3, 7], "quietHours": "off", "expiryWarningDays": 0, "passwordInMail": True}
    assert {name: found[name] for name in own} == own == found["inForce"]
    assert found["warnings"] == ["password-in-mail"]
    back = ("--reminders", "default", "--quiet-hours", "default", "--expiry-warning", "default", "--password-by-link")
    found = desk.json("partner", "set", partner, *back)["mailPolicy"]
    assert (found["reminders"], found["quietHours"], found["expiryWarningDays"]) == (None, None, None)
    assert found["inForce"]["reminders"] == [3, 7, 14]
    assert "must be" in desk.misused("partner", "set", partner, "--quiet-hours", "8-8")
    assert desk.refused("partner", "set", partner, "--expiry-warning", "366") == "invalid-value"
