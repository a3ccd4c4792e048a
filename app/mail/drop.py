"""The embedded default without a relay: every mail becomes an .eml file in instance/mail."""

import os
from pathlib import Path

from app.mail.compose import Message


class Drop:
    """Files named by row, so that a second attempt overwrites the first: nothing is delivered twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: Message, name: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{name}-{message.folder}.eml"
        draft = path.with_suffix(".part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.data)
        draft.replace(path)
        return f"written to {path.name}"

    def halt(self) -> None:
        """Nothing waits for its turn."""

    async def close(self) -> None:
        """Nothing is held open."""
