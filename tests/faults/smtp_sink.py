"""An SMTP server in a process of its own that writes down every mail before it says 250.

    python -m tests.faults.smtp_sink FILE DELAY

It prints its port. A line of FILE is the time, the Message-ID and the recipient; lines are appended whole. Each
mail takes DELAY seconds, until SIGUSR1 says that there is no more need to be slow.
"""

import asyncio
import os
import re
import signal
import sys
import time
from typing import Any

from aiosmtpd.smtp import SMTP

MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)\r$", re.MULTILINE)


class Sink:
    def __init__(self, path: str, delay: float) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.delay = delay

    def hurry(self) -> None:
        self.delay = 0.0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.delay)
        found = MESSAGE_ID.search(envelope.content)
        name = found[1].decode() if found else "none"
        lines = "".join(f"{time.time():.6f} {name} {recipient}\n" for recipient in envelope.rcpt_tos)
        os.write(self.file, lines.encode())
        return "250 2.0.0 taken"


async def serve(path: str, delay: float) -> None:
    loop, sink = asyncio.get_running_loop(), Sink(path, delay)
    server = await loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", 0)
    loop.add_signal_handler(signal.SIGUSR1, sink.hurry)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2])))
