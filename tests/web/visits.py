"""Every page of the portal with something to show: whose browser is there, and by what its cookie knows it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.auth import acts
from app.commands import accounts, portal
from app.core import links
from app.core.act import Act
from app.core.vocabulary import ActorKind, InvitationStatus, Method
from app.db import db, transaction
from app.installation import installation
from app.models import CustomerUser, Invitation, Machine, Reveal


@dataclass(frozen=True)
class Opened:
    """A page of the portal as one browser comes to it."""

    endpoint: str
    path: str
    cookie: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    what: str = "by nobody"

    def __str__(self) -> str:
        return f"{self.endpoint} {self.what}"


def visitor(method: Method = Method.EMAIL_CODE, user: CustomerUser | None = None) -> Act:
    return Act(ActorKind.CUSTOMER, method, acts.now(), id=str(user.id) if user else None, ip="127.0.0.1")


def following(invitation: Invitation) -> dict[str, Any]:
    """Followed the link, and is nobody yet."""
    return {"invitation": str(invitation.id), "generation": invitation.generation}


def identified(invitation: Invitation) -> dict[str, Any]:
    """Gave the code that was mailed."""
    with transaction():
        session = portal.identify(visitor(), None, invitation.machine, invitation)
    return following(invitation) | {"session": str(session.id)}


def signed_in(user: CustomerUser) -> dict[str, Any]:
    with transaction():
        session = accounts.begin(visitor(Method.PASSWORD, user), user)
    return {"account": str(session.id)}


def _asked(status: InvitationStatus, *more: Any) -> list[Invitation]:
    query = select(Invitation).join(Machine, Machine.id == Invitation.machine_id)
    return list(db.session.scalars(query.where(Invitation.status == status, *more).order_by(Invitation.id)))


def openings() -> list[Opened]:
    """One for each page there is to see."""
    found = [*_answering(), *_answered(), *_at_home(), *_by_link()]
    return [
        *found,
        Opened("portal.signed_out", "/portal/signed-out"),
        Opened("portal.show", "/portal/invitation", {}, 401),
    ]


def _answering() -> list[Opened]:
    page = ("portal.show", "/portal/invitation")
    waiting = {one.kind: one for one in _asked(InvitationStatus.OPEN, Machine.state == "invited")}
    blocked = _asked(InvitationStatus.OPEN, Machine.state == "blocked-needs-attestation")
    assert len(waiting) > 1
    assert blocked
    found = [Opened(*page, identified(one), what=f"asking, {kind}") for kind, one in waiting.items()]
    found.append(Opened(*page, identified(blocked[0]), what="blocked"))
    anybody = next(iter(waiting.values()))
    live = links.token(installation().keys.link, anybody.id, anybody.generation)
    found += [Opened("portal.follow", f"/AdminPortal/Home/{live}"), Opened("portal.enter", "/AdminPortal/Home")]
    return [
        *found,
        Opened(*page, following(anybody), what="by a follower of the link"),
        Opened("portal.document", "/portal/agreement/document", found[0].cookie),
    ]


def _answered() -> list[Opened]:
    page, found = ("portal.show", "/portal/invitation"), []
    used = _asked(InvitationStatus.USED, Machine.state == "direct-accepted")[-1]
    cookie = identified(used)
    found.append(Opened(*page, cookie, what="accepted"))
    found.append(Opened("portal.home.partner", f"/portal/partners/{used.partner_id}", cookie, what="by a mailed code"))
    about = f"/portal/agreements/{used.machine_id}/{used.machine.acceptance_number}"
    for part in ("document", "record", "statement"):
        found.append(Opened(f"portal.home.accepted_{part}", f"{about}/{part}", cookie))
    found.append(Opened(*page, identified(_asked(InvitationStatus.DECLINED)[0]), what="declined"))
    handed = db.session.scalars(select(Invitation.handed_from).where(Invitation.handed_from.is_not(None))).first()
    found.append(Opened(*page, identified(db.session.get_one(Invitation, handed)), what="handed over"))
    return found


def _at_home() -> list[Opened]:
    users = db.session.scalars(select(CustomerUser).order_by(CustomerUser.id)).all()
    own = next(user for user in users if not user.must_change)
    first = next(user for user in users if user.must_change)
    known = {"by nobody": {}, "by a user": signed_in(own), "with a first password": signed_in(first)}
    here = [Opened("portal.home.show", "/portal", cookie, what=what) for what, cookie in known.items()]
    machine = db.session.scalars(select(Machine).where(Machine.customer_id == own.customer_id)).first()
    assert machine
    there = f"/portal/partners/{machine.partner_id}"
    return [*here, Opened("portal.home.partner", there, signed_in(own), what="by a user")]


def _by_link() -> list[Opened]:
    reveal = db.session.scalars(
        select(Reveal).where(Reveal.expires_at > acts.now(), Reveal.revealed_at.is_(None))
    ).first()
    anybody = _asked(InvitationStatus.OPEN)[0]
    assert reveal
    keys = installation().keys
    shows, stops = (
        links.token(keys.reveal, reveal.id, reveal.generation),
        links.token(keys.stop, anybody.id, links.ALWAYS),
    )
    cookie = {"reveal": str(reveal.id), "reveal_generation": reveal.generation}
    return [
        Opened("portal.reveal.follow", f"/reveal/{shows}"),
        Opened("portal.reveal.show", "/portal/credentials", cookie),
        Opened("portal.stopping.ask", f"/stop/{stops}"),
    ]
