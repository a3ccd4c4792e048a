"""Files that are evidence: checked for size and name, kept once under their hash."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from app.core import contact as text
from app.core.act import Act
from app.core.refusals import Reason, refuse_if
from app.db import db, new_id
from app.models import Attachment, Blob

LARGEST = 5 * 1024 * 1024
MOST = 10


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes

    @classmethod
    def parse(cls, name: str | None, media_type: str | None, content: bytes) -> "File":
        """A file as it may be kept: a plain name without folders, not empty, not too large."""
        plain = text.line(name, "file name").replace("\\", "/").rsplit("/", 1)[-1].strip()
        refuse_if(plain in ("", ".", ".."), Reason.MISSING_FIELD, field="file name")
        refuse_if(not 0 < len(content) <= LARGEST, Reason.INVALID_VALUE, field=f"{plain} (1 byte to 5 MB)")
        kind = text.line(media_type, "media type", required=False, limit=100)
        return cls(plain, kind or "application/octet-stream", content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def keep(act: Act, file: File) -> str:
    """The bytes once, whoever brings them; answers their hash."""
    sha256 = file.sha256
    if not db.session.scalar(select(exists().where(Blob.sha256 == sha256))):
        db.session.add(Blob(sha256=sha256, size=len(file.content), content=file.content, created_at=act.at))
        db.session.flush()
    return sha256


def attach(act: Act, partner_id: UUID, files: Iterable[File], **to: Any) -> None:
    """Keep them as what supports a draft (`draft_id`) or an attestation (`record_id`)."""
    for file in files:
        values = {"name": file.name, "media_type": file.media_type, "sha256": keep(act, file), "created_at": act.at}
        db.session.add(Attachment(id=new_id(), partner_id=partner_id, **to, **values))
    db.session.flush()
