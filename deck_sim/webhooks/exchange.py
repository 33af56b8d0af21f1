"""One HTTP request and its response. h11 writes and reads HTTP."""

import asyncio
from collections.abc import Mapping

import h11

MAX_ANSWER = 64 * 1024  # bytes of a response's head, and of its body, that are read


class Exchange:
    """A POST request, and as much of its response as has been read.

    After a failure `status` and `headers` show how far the response came; `status` is None until
    its headers have been read.
    """

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_ANSWER)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        request = h11.Request(method="POST", target=path, headers=raw)
        parts = (request, h11.Data(data=body), h11.EndOfMessage())
        self._request = b"".join(self._http.send(part) or b"" for part in parts)

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send the request; read the response to its end, or up to `MAX_ANSWER`.

        Raises:
            EOFError: if the receiver closes the connection before its headers are complete.
            h11.RemoteProtocolError: if the response is not HTTP.

        """
        writer.write(self._request)
        left = MAX_ANSWER
        while left > 0:
            part = self._http.next_event()
            if part is h11.NEED_DATA:
                data = await reader.read(MAX_ANSWER)
                if not data and self.status is None:
                    raise EOFError
                self._http.receive_data(data)
            elif isinstance(part, h11.Response):
                self.status = part.status_code
                self.headers = {
                    name.decode("ascii"): value.decode("latin-1") for name, value in part.headers
                }
            elif isinstance(part, h11.Data):
                left -= len(part.data)
            elif isinstance(part, h11.EndOfMessage):
                return
