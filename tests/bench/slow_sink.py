"""The least that can receive mail, but not at once: each one takes it so many seconds. Run as a process of its own."""

import asyncio
import sys
from typing import Any

import uvloop

ANSWERS = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class Sink(asyncio.Protocol):
    def __init__(self, seconds: float) -> None:
        self.seconds, self.left, self.in_mail = seconds, b"", False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.left += data
        while (end := self.left.find(stop := b"\r\n.\r\n" if self.in_mail else b"\r\n")) >= 0:
            line, self.left = self.left[:end], self.left[end + len(stop) :]
            if self.in_mail:
                self.in_mail = False
                asyncio.get_running_loop().call_later(self.seconds, self.transport.write, b"250 2.0.0 taken\r\n")
            else:
                self._answer(line[:4].upper())

    def _answer(self, command: bytes) -> None:
        self.transport.write(ANSWERS.get(command, b"250 sink\r\n"))
        self.in_mail = command == b"DATA"
        if command == b"QUIT":
            self.transport.close()


async def main(port: int, seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Sink(seconds), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), float(sys.argv[2])))
