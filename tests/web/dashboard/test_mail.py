"""How mail stands, held back and let go; reminders and passwords; the look of mails."""

import io

import pytest
from flask import Flask

from app.auth import acts
from app.commands import pauses
from app.core.carrying import Outcome, Pausing
from app.core.vocabulary import Owed, PartnerType, Role
from app.db import db, transaction
from app.models import MailPause, MailPolicy, Outbox, OutboxArchive
from tests.cast import Cast
from tests.channel import company, done, hire
from tests.pictures import drawn
from tests.web.dashboard.member import Member

MAIL, POLICY, LOOK = "/mail", "/mail/policy", "/mail/look"


@pytest.fixture
def rita(app: Flask, cast: Cast) -> Member:
    """A global admin of a reseller's."""
    provider = company("Tailspin", PartnerType.PROVIDER)
    return Member(app, hire(company("Wingtip", PartnerType.RESELLER, provider), Role.GLOBAL_ADMIN, name="Rita Sol"))


def policy(cast: Cast) -> MailPolicy:
    db.session.rollback()
    return db.session.get_one(MailPolicy, cast.fabrikam.id)


def upload(gina: Member, content: bytes, **fields: object) -> str:
    gina.open(LOOK)
    form = gina.forms[LOOK].fields | {"logo": (io.BytesIO(content), "logo.png")} | fields
    gina.page = gina.post(LOOK, form, content_type="multipart/form-data", follow_redirects=True)  # type: ignore[arg-type]
    return gina.page.text


def test_mail_says_what_was_sent_what_waits_and_what_was_given_up(ana: Member, cast: Cast) -> None:
    now = acts.now()
    whose = {"partner_id": cast.fabrikam.id, "payload": {}, "created_at": now}
    with transaction() as session:
        sent = {"kind": Owed.REMINDER, "attempts": 1, "outcome": Outcome.DONE, "done_at": now}
        session.add(OutboxArchive(id=cast.ana.id, **whose, **sent))
        dead = {"lane": "bulk", "kind": Owed.INVITATION, "dedupe": "x1", "due_at": now, "dead_at": now}
        session.add(Outbox(**whose, **dead, attempts=3, last_error="550 5.1.1 no such user"))
    page = " ".join(ana.open(MAIL).text.split())
    assert "<dt>Sent today</dt><dd>1 " in page
    assert "550 5.1.1 no such user" in page
    assert "Only a global admin of your company can pause" in page


def test_mail_is_paused_with_a_reason_and_resumed(gina: Member, cast: Cast) -> None:
    gina.open(MAIL)
    gina.submit("/mail/pause", note="wrong list of customers", codes_too="yes")
    assert "wrong list of customers" in gina.page.text
    assert "Everything, also codes and one-time links" in gina.page.text
    assert db.session.query(MailPause).filter_by(partner_id=cast.fabrikam.id).one().codes_too
    gina.submit("/mail/resume")
    assert "Your mail goes out again" in gina.page.text
    assert db.session.query(MailPause).filter_by(partner_id=cast.fabrikam.id).count() == 0


def test_a_stop_after_hard_bounces_says_what_to_do_before_mail_goes_on(gina: Member, cast: Cast) -> None:
    done(pauses.pause, acts.clock(), cast.fabrikam, Pausing.HARD_BOUNCES, "12 of the newest 200 came back")
    page = gina.open(MAIL).text
    assert "Stopped: too much came back" in page
    assert "Assent itself" in page
    assert "Correct the contacts of those customers" in page


def test_who_manages_no_mail_may_not_pause_it_or_see_how_it_is_sent(ana: Member, gina: Member) -> None:
    gina.open(MAIL)
    assert ana.post("/mail/pause", {"csrf_token": _token(ana)}).status_code == 403
    assert {ana.get(where).status_code for where in (POLICY, LOOK, "/mail/wordings")} == {403}
    assert POLICY not in ana.open(MAIL).text


def _token(member: Member) -> str:
    member.open(MAIL)
    return member.csrf


def test_a_resellers_page_says_whose_mail_it_is(rita: Member) -> None:
    page = rita.open(MAIL).text
    assert "in the name of your indirect provider" in page
    assert "/mail/pause" not in rita.forms
    assert "password_in_mail" not in rita.open(POLICY).text


def test_a_policy_is_decided_and_given_back_field_by_field(gina: Member, cast: Cast) -> None:
    page = gina.open(POLICY).text
    assert "Of this installation: 3,7,14." in page
    gina.submit(POLICY, reminders="5, 2", quiet_hours="OFF", expiry_warning_days="0", language="sv")
    row = policy(cast)
    assert (row.reminders, row.quiet_hours, row.warning_days, row.language) == ([2, 5], "off", 0, "sv")
    assert "on day 2, 5 after the invitation" in gina.page.text
    gina.submit(POLICY, reminders="", quiet_hours="", expiry_warning_days="", language="", password_in_mail="yes")
    row = policy(cast)
    assert (row.reminders, row.quiet_hours, row.warning_days, row.language) == (None, None, None, None)
    assert row.password_in_mail
    gina.submit(POLICY)
    assert policy(cast).password_in_mail, "a box that was ticked stays ticked"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("reminders", "every day", "3,7,14"),
        ("quiet_hours", "8-8", "two different full hours"),
        ("expiry_warning_days", "400", "a whole number of days from 0 to 365"),
        ("expiry_warning_days", "soon", "a whole number of days from 0 to 365"),
    ],
)
def test_a_bad_policy_is_refused_beside_its_field_and_kept(gina: Member, field: str, value: str, says: str) -> None:
    gina.open(POLICY)
    gina.page = gina.post(POLICY, gina.forms[POLICY].fields | {field: value})
    assert gina.page.status_code == 400
    assert f'id="{field}-error"' in gina.page.text
    assert says in gina.page.text
    assert f'value="{value}"' in gina.page.text


def test_a_colour_and_a_logo_are_seen_before_any_mail_is_sent(gina: Member) -> None:
    page = upload(gina, drawn(), colour="#FFD400", logo_alt="Fabrikam's mark")
    assert 'fill="#ffd400"' in page
    assert "Words on it are black" in page
    picture = gina.get("/mail/look/logo")
    assert (picture.mimetype, picture.data) == ("image/png", drawn())
    preview = gina.get("/mail/look/preview")
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert preview.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    assert 'src="data:image/png;base64,' in preview.text
    gina.open(LOOK)
    gina.submit(LOOK, without_logo="yes")
    assert gina.get("/mail/look/logo").status_code == 404
    gina.open(LOOK)
    gina.submit("/mail/look/reset")
    assert "#ffd400" not in gina.page.text


@pytest.mark.parametrize("content", [b"GIF89a", drawn(601, 10), b"\x89PNG" * 40_000])
def test_a_logo_that_does_not_fit_is_refused_beside_its_field(gina: Member, content: bytes) -> None:
    page = upload(gina, content, logo_alt="kept")
    assert gina.page.status_code == 400
    assert 'id="logo-error"' in page
    assert "at most 50 kB and 600 × 200 pixels" in page
    assert 'value="kept"' in page


def test_what_is_no_colour_is_refused_and_kept(gina: Member) -> None:
    gina.open(LOOK)
    gina.submit(LOOK, colour="red")
    assert gina.page.status_code == 400
    assert 'id="colour-error"' in gina.page.text
    assert 'value="red"' in gina.page.text
