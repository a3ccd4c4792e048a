"""One effect however often a request arrives: the answer is kept, with the work, under the caller's own key."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress

from flask import Response, request
from sqlalchemy.exc import OperationalError

from app.commands import repeats
from app.commands.repeats import Given, Key
from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.db import transaction
from app.errors.problems import on_refused
from app.installation import installation
from app.models import GivenAnswer

KEYS = ("MS-RequestId", "Idempotency-Key")
LONGEST = 255
BUSY = "55P03"  # PostgreSQL: somebody holds the lock for longer than we wait
# Refusals that say nothing lasting about the request: it was misspelled, too early, or raced another.
PASSING = {401, 413, 415, 422, 429}
FLEETING = {Reason.CHANGED_MEANWHILE, Reason.STILL_RUNNING}


def only(act: Act, work: Callable[[], Response]) -> Response:
    """Do the work in one transaction with the note of what it answered, or repeat what was answered before."""
    key = _key(act)
    try:
        return _done(act, key, work)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == BUSY:
            raise Refused(Reason.STILL_RUNNING) from error
        raise


def _done(act: Act, key: Key | None, work: Callable[[], Response]) -> Response:
    try:
        with transaction():
            before = repeats.begin(key, act.at) if key else None
            if before:
                return _again(before, key)
            answer = work()
            if key:
                repeats.keep(key, _sealed(answer))
            return answer
    except Refused as refused:
        if key is None or not _lasts(refused):
            raise
        return _refused(act, key, refused)


def _key(act: Act) -> Key | None:
    name = next((name for name in KEYS[::-1] if request.headers.get(name)), None)
    if name is None:
        return None
    value = request.headers[name]
    sound = len(value) <= LONGEST and value.isascii() and value.isprintable()
    if not sound or act.partner_id is None:
        raise Refused(Reason.INVALID_VALUE, field=name)
    route = f"{request.method} {request.path}"[:300]
    return Key(act.partner_id, act.credential or "", route, value, _fingerprint())


def _fingerprint() -> str:
    """The same for the same request, however its JSON is spaced and whatever boundary a form was given."""
    found = hashlib.sha256(request.query_string)
    if request.mimetype == "multipart/form-data":
        # Sorted as text: a part of a form may come without a name.
        for field in sorted(json.dumps(field) for field in request.form.items(multi=True)):
            found.update(field.encode())
        for file in request.files.getlist("files"):
            content = hashlib.sha256(file.stream.read()).hexdigest()
            found.update(json.dumps([file.filename, file.mimetype, content]).encode())
            file.stream.seek(0)
        return found.hexdigest()
    raw = request.get_data(cache=True)
    with suppress(ValueError, RecursionError):
        raw = json.dumps(json.loads(raw), sort_keys=True).encode()
    found.update(raw)
    return found.hexdigest()


def _again(before: GivenAnswer, key: Key | None) -> Response:
    refuse_if(key is None or before.request_sha256 != key.request_sha256, Reason.KEY_REUSED)
    if before.status is None or before.content is None:
        raise Refused(Reason.STILL_RUNNING)
    content = installation().keys.vault.decrypt(before.content)
    answer = Response(content, before.status, content_type=before.content_type)
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _sealed(answer: Response) -> Given:
    return Given(answer.status_code, installation().keys.vault.encrypt(answer.get_data()), answer.content_type or "")


def _lasts(refused: Refused) -> bool:
    """A rule's no is an answer like another; a slip of the caller's or of the moment is not kept."""
    status = on_refused(refused).status_code
    return refused.reason not in FLEETING and (
        refused.reason is Reason.ALREADY_CONFIRMED or (status in range(402, 500) and status not in PASSING)
    )


def _refused(act: Act, key: Key, refused: Refused) -> Response:
    """The refusal, kept; unless a twin has done meanwhile what was refused here."""
    answer = on_refused(refused)
    with transaction():
        before = repeats.begin(key, act.at, _sealed(answer))
        return _again(before, key) if before else answer
