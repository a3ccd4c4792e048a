"""Say who may send a partner webhooks, by which secret or certificate, and end that."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core import contact as text
from app.core import webhooks as rules
from app.core.act import Act
from app.core.hooks import SigningScheme
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, refuse_if
from app.db import db, new_id
from app.models import HookSource, Partner


@dataclass(frozen=True)
class Trusted:
    """The vendor's scheme: whence certificates come, whom they must name, and who may have vouched for them (PEM)."""

    hosts: Sequence[str]
    organization: str
    roots: str


def add(act: Act, partner: Partner, name: str, by: bytes | Trusted) -> HookSource:
    """A new source, that signs with a secret (sealed) or by a certificate."""
    require_own(act, Action.MANAGE_SOURCES, partner.id)
    source = HookSource(id=new_id(), partner_id=partner.id, created_at=act.at)
    _rename(source, name)
    if isinstance(by, Trusted):
        source.scheme = SigningScheme.VENDOR
        trust(act, source, by)
    else:
        source.scheme, source.secret = SigningScheme.STANDARD, by
    db.session.add(source)
    db.session.flush()
    return source


def rename(act: Act, source: HookSource, name: str) -> None:
    require_own(act, Action.MANAGE_SOURCES, source.partner_id)
    _rename(source, name)


def _rename(source: HookSource, name: str) -> None:
    """People tell sources apart by their names: each has its own."""
    source.name = text.line(name, "name")
    taken = select(HookSource.id).where(
        HookSource.partner_id == source.partner_id,
        HookSource.name == source.name,
        HookSource.id != source.id,
        HookSource.removed_at.is_(None),
    )
    with db.session.no_autoflush:
        refuse_if(db.session.scalar(taken) is not None, Reason.ALREADY_EXISTS, what="A source of that name")


def trust(act: Act, source: HookSource, by: Trusted) -> None:
    """From now on these certificates count, and no others."""
    require_own(act, Action.MANAGE_SOURCES, source.partner_id)
    wrong = source.scheme is not SigningScheme.VENDOR
    refuse_if(wrong, Reason.INVALID_VALUE, field="certificateHosts, organization, roots (this source has a secret)")
    source.certificate_hosts = sorted({host.lower() for host in by.hosts})
    source.organization = text.line(by.organization, "organization")
    source.roots = by.roots


def enable(act: Act, source: HookSource, enabled: bool) -> None:
    """While it is disabled nothing that it sends is taken."""
    require_own(act, Action.MANAGE_SOURCES, source.partner_id)
    source.disabled_at = None if enabled else source.disabled_at or act.at


def rotate(act: Act, source: HookSource, secret: bytes) -> None:
    """Another secret (sealed); the one it takes the place of is good for a day, so that nothing is lost meanwhile."""
    require_own(act, Action.MANAGE_SOURCES, source.partner_id)
    # Of two at once the second takes the place of the first one's secret.
    db.session.refresh(source, with_for_update=True)
    wrong = source.scheme is not SigningScheme.STANDARD
    refuse_if(wrong, Reason.INVALID_VALUE, field="sourceId (the vendor's scheme has no secret)")
    rules.rotate(source, secret, act.at)


def remove(act: Act, source: HookSource) -> None:
    """It is gone, its secrets with it; what it has sent stays on record."""
    require_own(act, Action.MANAGE_SOURCES, source.partner_id)
    source.removed_at = act.at
    source.secret = source.former_secret = source.former_until = None
