"""The statement a customer agrees to: one text, shown, hashed and kept as it stands."""

import hashlib
from dataclasses import dataclass

from flask import render_template

from app.auth.visits import Visit
from app.core.agreements import Terms
from app.models import AgreementDocument
from app.web.pages.words import label

# Every other line begins with words of ours, so that no company's name can pass for a box.
BOX = "[ ] "


@dataclass(frozen=True)
class Statement:
    """`text`, in the reader's language, is what goes on record; the page shows its paragraphs and a box per label."""

    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.text.splitlines() if line and not line.startswith(BOX)]

    @property
    def boxes(self) -> dict[str, str]:
        """Field name → label."""
        lines = [line.removeprefix(BOX) for line in self.text.splitlines() if line.startswith(BOX)]
        return dict(line.split(": ", 1) for line in lines)


def statement(visit: Visit, terms: Terms, language: str, document: AgreementDocument | None) -> Statement:
    about = {"visit": visit, "terms": terms, "title": label(terms.type), "document": document}
    return Statement(render_template("portal/statement.txt", written_in=language, **about).strip() + "\n")
