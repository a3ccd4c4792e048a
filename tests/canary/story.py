"""One installation, from the first customer to a relay that refuses everything; and every secret it came across."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select, text

from app.auth import acts
from app.commands import mailpolicies, staff
from app.core import codes, links
from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.installation import installation
from app.models import Invitation, Outbox, Reveal
from tests.canary.browsing import Client
from tests.canary.relay import Echo
from tests.channel import company, done, hire
from tests.servers import Assent, wait_for
from tests.web.v1.newcomers import domain, newcomer

CODE = re.compile(r"^\s*([0-9]{6})\s*$", re.MULTILINE)
LINK = re.compile(r"^(https?://\S+/AdminPortal/Home/(\S{43})\?\S*)$", re.MULTILINE)
REVEAL = re.compile(r"^(https?://\S+/reveal/(\S{43}))$", re.MULTILINE)
SHOWN = re.compile('<code class="copy">([^<]*)</code>')
OWN = "seven purple tigers"
BASE = "/portal/credentials"
LENGTH = 43  # of the end of a link
PREFIX = 12


@dataclass
class Story:
    assent: Assent
    address: str
    app: Flask
    relay: Echo | None
    partner: UUID
    token: str
    secrets: list[str] = field(default_factory=list)
    asked: int = 0

    def program(self) -> Client:
        return Client(self.address, self.token)

    def browser(self) -> Client:
        return Client(self.address)

    def key(self) -> str:
        self.asked += 1
        return f"request-{self.asked}"

    def secret(self, value: str) -> str:
        assert value
        self.secrets.append(value)
        return value

    def mails(self, to: str) -> list[str]:
        """The texts of all that reached a mailbox, oldest first."""
        kept: Sequence[bytes] = [letter.data for letter in self.relay.letters] if self.relay else dropped(self.assent)
        found = [message_from_bytes(data, policy=policy.default) for data in kept]
        mine = [mail for mail in found if mail["To"].addresses[0].addr_spec == to]
        return [words(mail) for mail in mine]

    def mailed(self, pattern: re.Pattern[str], to: str, number: int = 1) -> tuple[str, ...]:
        """What the newest such mail has, once there are so many."""
        wait_for(lambda: len(hits(pattern, self.mails(to))) >= number, f"mail {number} with {pattern.pattern} to {to}")
        found = hits(pattern, self.mails(to))[-1]
        self.secret(found[-1])
        return found

    def customer(self, to: str) -> tuple[str, str, str]:
        """The id of a new customer, its account's name and first password."""
        body = newcomer(Billing__Email=to, Company__Domain=domain())
        made = self.program().made("/v1/customers", body, self.key())
        account = made["userCredentials"]
        return made["id"], account["userName"], self.secret(account["password"])

    def invite(self, customer: str, kind: str = "newCustomer", **more: Any) -> Any:
        return self.program().made(f"/v1/customers/{customer}/invitations", {"kind": kind} | more, self.key())

    def credentials(self, customer: str, **body: Any) -> Any:
        return self.program().made(f"/v1/customers/{customer}/credentials", body, self.key())


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return "\n".join(body.get_content().splitlines())


def hits(pattern: re.Pattern[str], texts: list[str]) -> list[tuple[str, ...]]:
    found = [pattern.search(text) for text in texts]
    return [one.groups() for one in found if one]


def dropped(assent: Assent) -> list[bytes]:
    files = (assent.instance / "mail").glob("*.eml")
    return [file.read_bytes() for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)]


def begin(assent: Assent, address: str, app: Flask, relay: Echo | None) -> Story:
    partner = company("Fabrikam", PartnerType.DIRECT_BILL)
    ana = hire(partner, Role.ADMIN_AGENT, Role.GLOBAL_ADMIN)
    token = done(staff.create_token, acts.console(), partner, ana, None)[1]
    # How a token begins is kept, to tell it by.
    return Story(assent, address, app, relay, partner.id, token, [token[PREFIX:]])


def accept_with_credentials(story: Story) -> None:
    """A new customer is invited, is shown its password, chooses its own, and is asked for a code in between."""
    to = "maria@woodgrove.example"
    customer, name, password = story.customer(to)
    story.invite(customer)
    link, reveal = story.mailed(LINK, to)[0], story.mailed(REVEAL, to)[0]
    show(story, reveal, to, [name, password])
    person = story.browser()
    assert person.open(link) == 200
    assert person.submit("/portal/code/send") == 200
    code = story.mailed(CODE, to, 2)[0]
    assert person.submit("/portal/sign-in", user_name=name, password=f"{password}?") == 401
    assert person.submit("/portal/sign-in", user_name=name, password=password) == 200
    assert person.submit("/portal/password", password=story.secret(OWN), repeat=OWN) == 200
    assert "/portal/accept" in person.page
    assert person.open(f"{BASE}/show?code={code}") == 405


def show(story: Story, reveal: str, to: str, expected: list[str]) -> None:
    """From the link to the password, with a wrong code before the right one, and dead afterwards."""
    person, other = story.browser(), story.browser()
    assert person.open(reveal) == 200
    assert person.submit(f"{BASE}/code/send") == 200
    code = story.mailed(CODE, to)[0]
    assert person.submit(f"{BASE}/code", code=f"{(int(code) + 1) % 10**6:06}") == 401
    assert person.submit(f"{BASE}/code", code=code) == 200
    assert person.submit(f"{BASE}/show") == 200
    assert SHOWN.findall(person.page) == expected
    assert other.open(reveal) == 410
    assert [other.open(f"{reveal}{more}") for more in ("/x", "x", "?next=1")] == [404, 410, 410]


def renew(story: Story) -> None:
    """Credentials are mailed anew, handed over by staff, and an invitation is sent once more."""
    to = "eva@woodgrove.example"
    customer, _, _ = story.customer(to)
    row = story.invite(customer)
    story.mailed(LINK, to)
    story.program().made(f"/v1/invitations/{row['id']}/resend", {}, story.key())
    story.mailed(LINK, to, 2)
    story.credentials(customer)
    story.mailed(REVEAL, to, 3)
    url = story.credentials(customer, send=False)["url"]
    story.secret(url.rpartition("/")[2])
    assert story.browser().open(url) == 200
    live = story.invite(customer, "agreement", send=False)["url"]
    story.secret(LINK.findall(live)[0][1])
    story.secret(plain(story, customer))


def plain(story: Story, customer: str) -> str:
    """The first password that nobody has been shown yet."""
    from app import vault
    from app.models import CustomerUser

    db.session.rollback()
    sealed = db.session.scalar(select(CustomerUser.first_password).where(CustomerUser.customer_id == UUID(customer)))
    return vault.open_(sealed or b"")


def put_passwords_into_mails(story: Story, wanted: bool) -> None:
    done(mailpolicies.change, acts.console(), story.partner, {"password_in_mail": wanted})


def mail_a_password(story: Story) -> None:
    """The partner's own switch."""
    to = "bo@woodgrove.example"
    put_passwords_into_mails(story, True)
    customer, _, password = story.customer(to)
    story.invite(customer)
    story.mailed(LINK, to)
    story.credentials(customer)
    wait_for(lambda: len(story.mails(to)) == 2, "the mail with the credentials")
    story.secret(plain(story, customer))
    assert [secret in mail for secret, mail in zip((password, story.secrets[-1]), story.mails(to), strict=True)] == [
        True,
        True,
    ]
    put_passwords_into_mails(story, False)


def fail(story: Story, to: str, in_mail: bool) -> None:
    """Nothing arrives at this mailbox, and the relay's answer repeats what was in the mail."""
    put_passwords_into_mails(story, in_mail)
    customer, _, _ = story.customer(to)
    before = heard(story)
    story.secret(token_of(story.invite(customer)))
    wait_for(lambda: heard(story) > before, f"the invitation to {to} to fail")
    story.credentials(customer)
    db.session.rollback()  # what is read within one transaction stays as it was
    row = db.session.scalars(select(Reveal).order_by(Reveal.id.desc())).first()
    assert row
    story.secret(links.token(installation().keys.reveal, row.id, row.generation))
    person = story.browser()
    assert person.open(f"{story.address}/reveal/{story.secrets[-1]}") == 200
    assert person.submit(f"{BASE}/code/send") == 200
    db.session.rollback()
    db.session.refresh(row)
    assert row.session
    story.secret(codes.code(installation().keys.code, row.session, row.code_number))
    story.secret(plain(story, customer))
    wait_for(lambda: heard(story) >= before + 3, f"credentials and code to {to} to fail")
    put_passwords_into_mails(story, False)


def heard(story: Story) -> int:
    """Mails that are not delivered and have an answer."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Outbox.last_error.is_not(None))) or 0


def token_of(made: Any) -> str:
    db.session.rollback()
    row = db.session.get_one(Invitation, UUID(made["id"]))
    return links.token(installation().keys.link, row.id, row.generation)


def break_down(story: Story) -> None:
    """A failure of ours while links are followed: what is logged of it must not tell which."""
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE reveal RENAME TO elsewhere"))
    try:
        for token in (secret for secret in story.secrets if len(secret) == LENGTH):
            assert story.browser().open(f"/reveal/{token}") in (500, 503)
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO reveal"))
