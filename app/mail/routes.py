"""Relays that do not want our mail, as one worker knows them: what it learns it tells, and all workers heed it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence


async def _unheard(_relay: str, _answer: str, _row: str) -> bool:
    return False


async def _untold(_relay: str) -> None:
    return None


class Routes:
    """`strike` writes down that a relay refused a row's mail and answers whether it is closed; `clear` undoes that."""

    def __init__(
        self,
        names: Sequence[str] = (),
        strike: Callable[[str, str, str], Awaitable[bool]] = _unheard,
        clear: Callable[[str], Awaitable[None]] = _untold,
    ) -> None:
        self.names, self._strike, self._clear = names, strike, clear
        self.closed: frozenset[str] = frozenset()
        # Closed ones, and those that were and have taken no mail since.
        self._marked: frozenset[str] = frozenset()
        self._alone = asyncio.Lock()

    @property
    def shut(self) -> bool:
        """No relay is left that takes bulk mail."""
        return bool(self.names) and self.closed.issuperset(self.names)

    def heed(self, found: Mapping[str, bool]) -> None:
        """What is written down: relay by relay, whether it is closed now."""
        self.closed = frozenset(name for name, closed in found.items() if closed)
        self._marked = frozenset(found)

    async def refused(self, relay: str, answer: str, row: str) -> None:
        async with self._alone:
            if relay not in self.closed and await self._strike(relay, answer, row):
                self.closed, self._marked = self.closed | {relay}, self._marked | {relay}

    async def took(self, relay: str) -> None:
        if relay not in self._marked:
            return  # as good as always
        async with self._alone:
            if relay in self._marked:
                self.closed, self._marked = self.closed - {relay}, self._marked - {relay}
                await self._clear(relay)
