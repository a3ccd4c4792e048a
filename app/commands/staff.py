"""Add and disable the people and service accounts that act for a partner, and the tokens they use."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import case, select, update

from app.commands import entries
from app.core import contact as text
from app.core.act import Act
from app.core.languages import Language
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import ActorKind, DisputeStatus, DraftStatus, Method, Role, TaskKind, TokenKind
from app.db import db, new_id
from app.models import Dispute, Draft, Partner, RoleGrant, ServiceAccount, Staff, Task, Token

TOKEN_MARK = "asn_"  # noqa: S105  the prefix of every token


def add_staff(act: Act, partner: Partner, email: str, name: str, roles: Iterable[Role]) -> Staff:
    require_own(act, Action.MANAGE_STAFF, partner.id)
    address = text.email(email)
    known = db.session.scalar(select(Staff).where(Staff.mailbox == text.mailbox(address)))
    refuse_if(known is not None, Reason.ALREADY_EXISTS, what=f"Staff {address}")
    refuse_if(not list(roles), Reason.MISSING_FIELD, field="role")
    staff = Staff(
        id=new_id(),
        partner_id=partner.id,
        email=address,
        mailbox=text.mailbox(address),
        name=text.line(name, "name"),
        created_at=act.at,
    )
    db.session.add(staff)
    db.session.flush()
    db.session.add_all(RoleGrant(partner_id=partner.id, staff_id=staff.id, role=role) for role in sorted(set(roles)))
    return staff


def disable_staff(act: Act, staff: Staff) -> None:
    """End a person's access at once, however often it is said: tokens die, open tasks go back to the pile."""
    require_own(act, Action.MANAGE_STAFF, staff.partner_id)
    if act.kind is not ActorKind.SYSTEM:
        _keep_a_global_admin(staff)
    staff.disabled_at = staff.disabled_at or act.at
    db.session.execute(
        update(Token).where(Token.staff_id == staff.id, Token.revoked_at.is_(None)).values(revoked_at=act.at)
    )
    entries.end_others(act, staff)
    entries.end_links(act, staff)
    hand_over(act, staff, None)


def set_roles(act: Act, holder: Staff | ServiceAccount, roles: Iterable[Role]) -> None:
    """These roles and no others; a partner's last global admin stays one."""
    require_own(act, Action.MANAGE_STAFF, holder.partner_id)
    wanted = frozenset(roles)
    refuse_if(not wanted, Reason.MISSING_FIELD, field="role")
    if isinstance(holder, Staff) and Role.GLOBAL_ADMIN not in wanted:
        _keep_a_global_admin(holder)
    _grant(holder, wanted)


def adopt_roles(act: Act, staff: Staff, roles: Iterable[Role]) -> bool:
    """The roles that the issuer's groups give, in place of those held; True when they are others."""
    refuse_if(act.kind is not ActorKind.STAFF or act.method is not Method.OIDC, Reason.ROLE_NOT_ALLOWED)
    wanted = frozenset(roles)
    changed = wanted != staff.roles
    _grant(staff, wanted)
    return changed


def _grant(holder: Staff | ServiceAccount, wanted: frozenset[Role]) -> None:
    db.session.expire(holder, ["grants"])
    held = {grant.role for grant in holder.grants}
    for grant in [grant for grant in holder.grants if grant.role not in wanted]:
        db.session.delete(grant)
    column = "staff_id" if isinstance(holder, Staff) else "service_account_id"
    for role in sorted(wanted - held):
        db.session.add(RoleGrant(partner_id=holder.partner_id, role=role, **{column: holder.id}))
    db.session.flush()
    db.session.expire(holder, ["grants"])


def _keep_a_global_admin(staff: Staff) -> None:
    """Two who would take the role from each other at once come one after the other."""
    db.session.get(Partner, staff.partner_id, with_for_update=True)
    held = select(RoleGrant.staff_id).join(Staff, Staff.id == RoleGrant.staff_id)
    held = held.where(RoleGrant.partner_id == staff.partner_id, RoleGrant.role == Role.GLOBAL_ADMIN)
    admins = set(db.session.scalars(held.where(Staff.disabled_at.is_(None))))
    refuse_if(admins == {staff.id}, Reason.LAST_GLOBAL_ADMIN)


def hand_over(act: Act, staff: Staff, to: Staff | None) -> int:
    """What is open and this person's becomes another's; without one, drafts fall to substitutes, the rest to all."""
    require_own(act, Action.MANAGE_STAFF, staff.partner_id)
    fit = to is None or (to.partner_id == staff.partner_id and to.disabled_at is None and to.id != staff.id)
    refuse_if(not fit, Reason.INVALID_VALUE, field="to (somebody else of the same partner, not disabled)")
    heir = to.id if to else None
    mine = (Draft.assignee_id == staff.id, Draft.status == DraftStatus.SUBMITTED)
    # The task to decide a draft is always the one's whose draft it is.
    second = select(Draft.substitute_id).where(*mine, Draft.machine_id == Task.machine_id).scalar_subquery()
    next_one = heir or case((Task.kind == TaskKind.REVIEW_DRAFT, second), else_=None)
    moved = [
        update(Task).where(Task.assignee_id == staff.id, Task.closed_at.is_(None)).values(assignee_id=next_one),
        update(Draft).where(*mine).values(assignee_id=heir or Draft.substitute_id, revision=Draft.revision + 1),
        update(Draft)
        .where(Draft.substitute_id == staff.id, Draft.status == DraftStatus.SUBMITTED)
        .values(substitute_id=None, revision=Draft.revision + 1),
        update(Dispute)
        .where(Dispute.owner_id == staff.id, Dispute.status == DisputeStatus.OPEN)
        .values(owner_id=heir, revision=Dispute.revision + 1),
    ]
    done = [db.session.execute(statement).rowcount for statement in moved]  # type: ignore[attr-defined]
    return int(done[0] + done[1] + done[3])


def open_service_account(act: Act, partner: Partner, name: str, roles: Iterable[Role]) -> ServiceAccount:
    """The partner's service account of that name, with these roles; made when it is not there yet."""
    require_own(act, Action.MANAGE_STAFF, partner.id)
    name, wanted = text.line(name, "name"), sorted(set(roles))
    account = db.session.scalar(
        select(ServiceAccount).where(ServiceAccount.partner_id == partner.id, ServiceAccount.name == name)
    )
    if account is None:
        refuse_if(not wanted, Reason.MISSING_FIELD, field="role")
        account = ServiceAccount(id=new_id(), partner_id=partner.id, name=name, created_at=act.at)
        db.session.add(account)
        db.session.flush()
    held = {grant.role for grant in account.grants}
    db.session.add_all(
        RoleGrant(partner_id=partner.id, service_account_id=account.id, role=role)
        for role in wanted
        if role not in held
    )
    return account


def identify(act: Act, holder: Staff | ServiceAccount, subject: str | None) -> None:
    """By which subject the OIDC issuer knows the holder; it is one holder's of the whole installation."""
    require_own(act, Action.MANAGE_STAFF, holder.partner_id)
    known = text.line(subject, "subject", limit=300) if subject is not None else None
    held = [select(kind.id).where(kind.subject == known) for kind in (Staff, ServiceAccount)] if known else []
    taken = any(id != holder.id for one in held for id in db.session.scalars(one))
    refuse_if(taken, Reason.ALREADY_EXISTS, what=f"Subject {known}")
    holder.subject = known


def create_token(
    act: Act, partner: Partner, holder: Staff | ServiceAccount | None, expires_in_days: int | None = None
) -> tuple[Token, str]:
    """A new bearer token and its secret, which is shown this once and kept only as a digest."""
    require_own(act, Action.MANAGE_STAFF, partner.id)
    refuse_if(holder is not None and holder.disabled_at is not None, Reason.INVALID_VALUE, field="holder (disabled)")
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    kinds = {Staff: TokenKind.APP_USER, ServiceAccount: TokenKind.SERVICE}
    token = Token(
        id=new_id(),
        partner_id=partner.id,
        kind=kinds.get(type(holder), TokenKind.APP_ONLY),  # type: ignore[arg-type]
        staff_id=holder.id if isinstance(holder, Staff) else None,
        service_account_id=holder.id if isinstance(holder, ServiceAccount) else None,
        prefix=secret[:12],
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        created_at=act.at,
        expires_at=act.at + timedelta(days=expires_in_days) if expires_in_days else None,
    )
    db.session.add(token)
    return token, secret


def revoke_token(act: Act, token: Token) -> None:
    """The token is dead from now on, or has been since it was first revoked."""
    require_own(act, Action.MANAGE_STAFF, token.partner_id)
    token.revoked_at = token.revoked_at or act.at


def speak(act: Act, staff: Staff, language: Language) -> None:
    """In which language its own pages speak is everybody's own business."""
    refuse_if(act.id != str(staff.id), Reason.ROLE_NOT_ALLOWED)
    staff.language = language
