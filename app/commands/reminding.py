"""Bring an open invitation to mind: when that is due next, and the one mail that is owed then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app import places
from app.commands.firing import tell
from app.commands.history import same_mailbox, suppressed
from app.commands.owing import owe
from app.core import reminding
from app.core.act import Act
from app.core.carrying import Delivery, Outcome
from app.core.lifecycle import State
from app.core.refusals import Reason, Refused, refuse_if
from app.core.reminding import Choice, Kind, Moment, Policy
from app.core.vocabulary import InvitationStatus, NewsType, Owed
from app.db import db
from app.models import RELATED, Invitation, Machine, MailPolicy, Relationship

# Nobody is reminded of a mail that never came.
NEVER_CAME = (Delivery.NOT_SENT, Delivery.BOUNCED, Delivery.COMPLAINED)
OWED = {Kind.REMINDER: Owed.REMINDER, Kind.EXPIRY_WARNING: Owed.EXPIRY_WARNING}


@dataclass(frozen=True)
class Course:
    """One invitation's plan, and where its contact is awake."""

    policy: Policy
    moments: tuple[Moment, ...]
    zones: tuple[ZoneInfo, ...]
    ends: datetime

    def awake(self, at: datetime) -> datetime | None:
        """The first moment from `at` on that is no quiet hour; None where the invitation has ended by then."""
        found = reminding.allowed(at, self.policy.quiet, self.zones)
        return found if found < self.ends else None


def checked(days: Sequence[int] | None) -> list[int] | None:
    try:
        return None if days is None else list(reminding.checked_days(days))
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field=f"reminders ({error})") from error


def zone_name(name: str | None) -> str | None:
    refuse_if(bool(name) and places.zone(name or "") is None, Reason.INVALID_VALUE, field="timeZone")
    return name or None


def begin(machine: Machine, relationship: Relationship, invitation: Invitation, installation: Policy) -> None:
    """Plan anew, as the invitation is made or sent again; without a mail of ours there is nothing to bring to mind."""
    invitation.reminded, invitation.reminds_at = 0, None
    if invitation.delivery not in NEVER_CAME and not invitation.stopped_at:
        course = _course(machine, relationship.country, invitation, installation)
        first = course.moments[0] if course.moments else None
        invitation.reminds_at = course.awake(first.at) if first else None


def _since(invitation: Invitation) -> datetime:
    return invitation.renewed_at or invitation.created_at


def _course(machine: Machine, country: str, invitation: Invitation, installation: Policy) -> Course:
    policy = in_force(machine, invitation.reminders, installation)
    zone = places.zone(invitation.time_zone) if invitation.time_zone else None
    zones = (zone,) if zone else places.zones(country)
    moments = reminding.plan(policy, _since(invitation), invitation.expires_at)
    return Course(policy, moments, zones, invitation.expires_at)


def in_force(machine: Machine, own: Sequence[int] | None, installation: Policy) -> Policy:
    """The invitation's days before the reseller's, before the partner's, before the installation's."""
    columns = (MailPolicy.partner_id, MailPolicy.reminders, MailPolicy.quiet_hours, MailPolicy.warning_days)
    whose = [id for id in (machine.partner_id, machine.reseller_id) if id]
    found = {row[0]: Choice(*row[1:]) for row in db.session.execute(select(*columns).where(columns[0].in_(whose)))}
    return reminding.cascade(installation, *(found[id] for id in whose if id in found), Choice(own))


@dataclass(frozen=True)
class Look:
    """One firing of the timer: everything up to `after` was seen to by those before."""

    act: Act
    machine: Machine
    invitation: Invitation
    course: Course
    after: datetime
    warned: bool
    number: int

    def carry_out(self) -> None:
        now = self.act.at
        found = reminding.due(self._left(self.warned), self.after, now)
        awake = self.course.awake(now)
        if found and awake != now:
            self._wind(awake, self.after, self.warned)
            return
        after, warned = self.after, self.warned
        if found:
            after = max(moment.at for moment in self.course.moments if moment.at <= now)
            warned = warned or found.kind is Kind.EXPIRY_WARNING
            # Whoever still waits for the invitation itself is not reminded of it.
            if self.invitation.delivery is not Delivery.QUEUED:
                self._owe_mail(found)
        coming = reminding.following(self._left(warned), after)
        self._wind(self.course.awake(coming.at) if coming else None, after, warned)

    def _left(self, warned: bool) -> list[Moment]:
        """One warning is enough, also where the day for it was moved in the meantime."""
        return [moment for moment in self.course.moments if not (warned and moment.kind is Kind.EXPIRY_WARNING)]

    def _owe_mail(self, moment: Moment) -> None:
        kind, row = OWED[moment.kind], self.invitation
        dedupe, payload = f"{kind}:{row.id}:{row.generation}:{moment.n}", self._payload(n=moment.n)
        row.reminded_at = self.act.at
        if moment.kind is Kind.EXPIRY_WARNING:
            tell(self.machine, NewsType.MAIL_EXPIRING, self.act, row)
        else:
            row.reminded += 1
            # Where mail is held back, only the last of those that wait is sent.
            payload["number"] = row.reminded
        owe(self.act, kind, row.partner_id, dedupe, payload, to=row.email)

    def _wind(self, due: datetime | None, after: datetime, warned: bool) -> None:
        self.invitation.reminds_at = due
        if due:
            kind, row, number = Owed.INVITATION_REMINDING, self.invitation, self.number + 1
            payload = self._payload(after=after.isoformat(), warned=warned, look=number)
            owe(self.act, kind, row.partner_id, f"{kind}:{row.id}:{row.generation}:{number}", payload, due)

    def _payload(self, **more: Any) -> dict[str, Any]:
        row = self.invitation
        return {"machine": str(self.machine.id), "invitation": str(row.id), "generation": row.generation, **more}


def remind(act: Act, payload: dict[str, Any], installation: Policy) -> Outcome:
    """The clock's: look at everything again, owe at most one mail for all that was missed, and wind the next timer."""
    # The agreement first, as every event does it: taken in another order, two of them can lock each other out.
    held = {"with_for_update": True, "populate_existing": True}
    machine = db.session.get(Machine, UUID(payload["machine"]), **held)  # type: ignore[arg-type]
    invitation = db.session.get(Invitation, UUID(payload["invitation"]), **held)  # type: ignore[arg-type]
    if machine is None or invitation is None or payload.get("generation") != invitation.generation:
        return Outcome.NOT_NEEDED
    invitation.reminds_at = None
    if not _wanted(act, machine, invitation):
        return Outcome.NOT_NEEDED
    said = payload.get("after")
    look = Look(
        act,
        machine,
        invitation,
        _course(machine, _country(machine), invitation, installation),
        datetime.fromisoformat(said) if said else _since(invitation),
        payload.get("warned", False),
        payload.get("look", 0),
    )
    look.carry_out()
    return Outcome.DONE


def _wanted(act: Act, machine: Machine, invitation: Invitation) -> bool:
    open_ = invitation.status is InvitationStatus.OPEN and act.at < invitation.expires_at
    asked = open_ and machine.state is State.INVITED and not invitation.stopped_at
    return asked and invitation.delivery not in NEVER_CAME and not suppressed(machine.partner_id, invitation.email)


def _country(machine: Machine) -> str:
    found = select(Relationship.country).join_from(Machine, Relationship, RELATED).where(Machine.id == machine.id)
    return db.session.scalar(found) or ""


def stop(act: Act, invitation: Invitation) -> None:
    """No more reminders of this partner's to this mailbox, in whatever open invitation; each can still be answered."""
    open_ones = (Invitation.status == InvitationStatus.OPEN) & (Invitation.partner_id == invitation.partner_id)
    same = same_mailbox(Invitation.email, invitation.email)
    meant = (open_ones & same) | (Invitation.id == invitation.id)
    held = select(Invitation.id).where(meant, Invitation.stopped_at.is_(None))
    # In one order, so that two who stop at once cannot lock each other out.
    ids = db.session.scalars(held.order_by(Invitation.id).with_for_update()).all()
    stopped = update(Invitation).where(Invitation.id.in_(ids)).values(stopped_at=act.at, reminds_at=None)
    db.session.execute(stopped)
