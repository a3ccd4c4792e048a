"""Words of one's own as programs send them, for a kind of mail or for one invitation."""

from typing import Annotated

from pydantic import Field

from app.core.mails import Own
from app.core.wording import LONGEST
from app.web.v1.shape import Answer, Shape

Part = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Wording(Shape):
    """Without `html` it is made from `text`."""

    subject: Part
    text: Part
    html: Part | None = None

    @property
    def own(self) -> Own:
        return Own(self.subject, self.text, self.html)


class WordingShown(Answer):
    subject: str
    text: str
    html: str | None
