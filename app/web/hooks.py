"""Webhooks as they come in: read once, verified, and answered when what they say is stored."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app import vault
from app.auth import acts
from app.commands import arrivals
from app.core.hooks import SigningScheme
from app.core.parsing import object_of
from app.core.refusals import Reason, Refused, refuse_if
from app.core.webhooks import in_force
from app.db import db, transaction
from app.hooks import certificates, inbound
from app.hooks.certificates import Trust
from app.hooks.fetched import Shelf
from app.hooks.guard import Guard
from app.installation import installation
from app.models import HookSource, ReceivedHook
from app.queries import rulebooks, sources
from app.web.security import csrf

bp = Blueprint("hooks", __name__)
csrf.exempt(bp)

# The vendor's scheme says nowhere when a webhook was signed: what is older than this may be somebody's copy.
OLDEST = timedelta(days=7)
SHELF = Shelf()


@dataclass(frozen=True)
class Known:
    """What is known of a source, apart from the database: a certificate may take long to come."""

    id: UUID
    scheme: SigningScheme
    secrets: list[str]
    hosts: list[str]
    trust: Trust


@bp.post("/hooks/<uuid:source_id>")
def receive(source_id: UUID) -> ResponseReturnValue:
    """Open to whoever signs as the source does. The answer is good only once what was said is stored."""
    source = _known(sources.sending(source_id))
    db.session.rollback()
    body = request.get_data(cache=False, parse_form_data=False)
    key = _verified(source, body)
    row, again = _stored(source, inbound.message(source.scheme, key, _object(body)), body.decode())
    found = {"outcome": row.outcome} | ({"reason": row.reason} if row.reason else {})
    return found, 200, {"Idempotent-Replayed": "true"} if again else {}


def _known(source: HookSource) -> Known:
    secrets = [vault.open_(secret) for secret in in_force(source, acts.now())]
    trust = Trust(source.organization or "", source.roots or "")
    return Known(source.id, source.scheme, secrets, source.certificate_hosts or [], trust)


def _verified(source: Known, body: bytes) -> str:
    """By which key a body is known, once nothing about it can be a forgery."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if source.scheme is SigningScheme.STANDARD:
        return inbound.standard(source.secrets, headers, body)
    return _by_certificate(source, inbound.claim(headers), body)


def _by_certificate(source: Known, claim: inbound.Claim, body: bytes) -> str:
    """With the file we have, and else, for it may have been replaced, with the one there is now."""
    address = certificates.address(claim.certificate, source.hosts)
    known = SHELF.known(claim.certificate)
    if known:
        try:
            inbound.vendors(claim, body, known[0], source.trust, acts.now())
            return inbound.digest(body)
        except Refused:
            if known[1]:
                raise
    file = SHELF.fetch(claim.certificate, address, Guard(installation().config.webhook_allow))
    inbound.vendors(claim, body, file, source.trust, acts.now())
    SHELF.keep(claim.certificate, file)
    return inbound.digest(body)


def _object(body: bytes) -> dict[str, Any]:
    """By the letter of the schemes it is UTF-8, and nothing else that JSON may be written in."""
    try:
        return object_of(body.decode())
    except UnicodeError as error:
        raise Refused(Reason.UNPARSABLE_BODY) from error


def _stored(source: Known, message: inbound.Message, text: str) -> tuple[ReceivedHook, bool]:
    """What became of it, and whether it has come before; a twin that was quicker has answered for both."""
    try:
        return _once(source, message, text)
    except Refused as refused:
        if refused.reason is not Reason.CHANGED_MEANWHILE:
            raise
        return _once(source, message, text)


def _once(source: Known, message: inbound.Message, text: str) -> tuple[ReceivedHook, bool]:
    with transaction():
        row = sources.sending(source.id)
        act = acts.upstream(row)
        before = sources.known(row, message.key)
        if before:
            return before, True
        refuse_if((message.at or act.at) < act.at - OLDEST, Reason.TOO_OLD)
        sealed, rules = vault.seal(text), rulebooks.of(installation().rules, row.partner_id)
        return arrivals.receive(act, row, message.key, message.event, message.told, sealed, rules), False
