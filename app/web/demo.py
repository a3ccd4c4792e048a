"""The demo's own pages: be anybody, read everybody's mail. Registered for made-up data on this machine alone."""

import base64
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.auth import accounts, acts, sessions
from app.commands import accounts as entering
from app.commands import entries
from app.core.vocabulary import Method, PartnerType
from app.db import db, transaction
from app.installation import installation
from app.models import CustomerUser, Relationship, Staff
from app.web.pages import words
from app.web.security import csrf

bp = Blueprint("demo", __name__)
MOST, CUSTOMERS = 200, 6
# In its frame a mail runs nothing; its links open the page that its reader would see.
FRAMED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


@dataclass(frozen=True)
class Mail:
    """A mail as it was dropped."""

    name: str
    message: EmailMessage

    @classmethod
    def read(cls, path: Path) -> "Mail":
        return cls(path.stem, message_from_bytes(path.read_bytes(), policy=policy.default))

    def __getitem__(self, header: str) -> str:
        return str(self.message[header] or "")

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str:
        """With its pictures in it, and links that leave the frame."""
        text = self.body("html").replace("<head>", '<head><base target="_top">', 1)
        for part in self.message.walk():
            named = str(part["Content-ID"] or "").strip("<>")
            content = part.get_payload(decode=True)
            if named and isinstance(content, bytes):
                data = base64.b64encode(content).decode()
                text = text.replace(f"cid:{named}", f"data:{part.get_content_type()};base64,{data}")
        return text


def folder() -> Path:
    return installation().config.instance / "mail"


def dropped(name: str) -> Path:
    """By its name among those that are there: no path of anybody's making is opened."""
    path = next((path for path in folder().glob("*.eml") if path.stem == name), None)
    return path or abort(404)


@bp.get("/demo")
def people() -> ResponseReturnValue:
    """Everybody who works for one of the demo's partners."""
    found = db.session.scalars(select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.id)).all()
    kinds = [PartnerType.PROVIDER, PartnerType.RESELLER, PartnerType.DIRECT_BILL]
    partners = sorted(
        {person.partner for person in found}, key=lambda partner: (kinds.index(partner.type), partner.name)
    )
    of = {partner: [person for person in found if person.partner_id == partner.id] for partner in partners}
    return render_template("demo/people.html", partners=of, customers=_customers(), label=words.label)


def _customers() -> list[tuple[CustomerUser, str]]:
    """Some who have an account of their own, with what their company is called."""
    own = (CustomerUser.must_change.is_(False), CustomerUser.disabled_at.is_(None))
    query = select(CustomerUser, Relationship.company).where(*own)
    found = query.join(Relationship, Relationship.customer_id == CustomerUser.customer_id)
    rows = db.session.execute(found.order_by(CustomerUser.id.desc()).limit(CUSTOMERS))
    return [(user, company) for user, company in rows]


@bp.post("/demo/sign-in/<uuid:staff_id>")
def sign_in(staff_id: UUID) -> ResponseReturnValue:
    """As that person, as if with password and second factor."""
    with transaction():
        person = db.session.get(Staff, staff_id) or abort(404)
        fresh = entries.begin(acts.of(person, Method.PASSWORD), person, Method.PASSWORD, verified=True)
    sessions.attach(fresh)
    return redirect(url_for("dashboard.home"), 303)


@bp.post("/demo/portal/<uuid:user_id>")
def be_customer(user_id: UUID) -> ResponseReturnValue:
    """As a customer's own admin, at the portal."""
    with transaction():
        user = db.session.get(CustomerUser, user_id) or abort(404)
        accounts.attach(entering.begin(accounts.act(user), user))
    return redirect(url_for("portal.home.show"), 303)


@bp.get("/demo/mails")
def mails() -> ResponseReturnValue:
    """The newest mails to whomever; names begin with ids, which grow with time."""
    found = [Mail.read(path) for path in sorted(folder().glob("*.eml"), reverse=True)[:MOST]]
    return render_template("demo/mails.html", mails=found)


@bp.get("/demo/mails/<name>")
def mail(name: str) -> ResponseReturnValue:
    return render_template("demo/mail.html", mail=Mail.read(dropped(name)))


@bp.get("/demo/mails/<name>/html")
def framed(name: str) -> ResponseReturnValue:
    return Response(Mail.read(dropped(name)).html, headers=FRAMED)


@bp.get("/demo/mails/<name>.eml")
def file(name: str) -> ResponseReturnValue:
    return send_file(dropped(name), "message/rfc822", as_attachment=True, download_name=f"{name}.eml")


@bp.post("/demo/webhooks")
def hear() -> ResponseReturnValue:
    """Where the demo's webhooks go: all is well."""
    return Response(status=204)


def init_app(app: Flask) -> None:
    csrf.exempt(hear)
    app.register_blueprint(bp)
