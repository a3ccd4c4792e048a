"""Drafts over the API: as JSON, as a form with files, and on their way to a decision."""

import io
import json
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

from tests.channel import Case
from tests.web.v1.conftest import Chain
from tests.web.v1.programs import Program, confirmation, of

LIST = "/v1/attestationdrafts"
Files = list[tuple[bytes, str, str]]


def form(draft: object, files: Files) -> dict[str, Any]:
    """A multipart body: the draft as JSON in one field, what supports it in others."""
    parts = [FileStorage(io.BytesIO(content), name, content_type=kind) for content, name, kind in files]
    text = draft if isinstance(draft, str | None) else json.dumps(draft)
    given: dict[str, Any] = {"files": parts} | ({} if text is None else {"draft": text})
    stream, _, boundary = stream_encode_multipart(MultiDict(given), use_tempfile=False)
    return {"data": stream.read(), "content_type": f"multipart/form-data; boundary={boundary}"}


def upload(who: Program, where: str, draft: object, *files: tuple[bytes, str, str]) -> TestResponse:
    return who.post(where, None, **form(draft, list(files)))


def step(draft: str, name: str) -> str:
    return f"{LIST}/{draft}/{name}"


def submitted(chain: Chain, case: Case | None = None) -> str:
    return str(chain.rita.made(of(case or chain.case, "attestationdrafts"), confirmation())["id"])


def returned(chain: Chain) -> str:
    draft = submitted(chain)
    chain.pia.made(step(draft, "return"), {"reason": "the signature is missing"}, 200)
    return draft
