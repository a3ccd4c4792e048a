"""The least that can receive a webhook: reads a request, answers 200, counts. Run as a process of its own."""

import asyncio
import sys
from typing import Any

import uvloop

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.transport, self.left = transport, b""

    def data_received(self, data: bytes) -> None:
        self.left += data
        while (end := self.left.find(b"\r\n\r\n")) >= 0:
            start = self.left.lower().find(b"content-length:")
            length = int(self.left[start + 15 : self.left.find(b"\r\n", start)])
            if len(self.left) < end + 4 + length:
                return
            self.left = self.left[end + 4 + length :]
            self.transport.write(ANSWER)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
