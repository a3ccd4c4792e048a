"""A relay that repeats what it was given: in the answer of every mail, whether it takes it or not."""

import re
from typing import Any

from tests.mail.postbox import Letter, Postbox

TELLING = re.compile(rb"https?://|^\s*[0-9]{6}\s*$|-[A-Za-z0-9]{4}-", re.MULTILINE)
ROOM = 400
# What the relay says to mail for mailboxes that begin so.
SAID = {"refused": "554 5.6.0", "later": "451 4.3.0", "unwanted": "550 5.7.1"}


def telling(data: bytes) -> list[str]:
    """The lines in which there is something to be told."""
    return [line.decode(errors="replace").strip() for line in data.splitlines() if TELLING.search(line)]


class Echo(Postbox):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        to = envelope.rcpt_tos[0]
        said = next((answer for name, answer in SAID.items() if to.startswith(name)), "250 2.0.0")
        if said.startswith("250"):
            self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, False, None))
        code, lines = said[:3], telling(envelope.content)
        return "\r\n".join([*(f"{code}-{line[:ROOM]}" for line in lines), f"{said} that was all"])
