"""One request and its answer, on a socket of its own. Reading HTTP is h11's business."""

import asyncio
from collections.abc import Iterable, Mapping

import h11

MOST_BODY = 64 * 1024  # of an answer that is read; the rest does not matter
MOST_HEADERS, LONGEST_HEADER = 40, 1000  # of an answer that the log keeps


class Exchange(asyncio.Protocol):
    """Sends a request as soon as somebody is there, and reads the answer until it has ended.

    What was read of it can be seen at any time: `status` is None until its head was there.
    """

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.ended = asyncio.get_running_loop().create_future()  # or failed, with the error
        self._http = h11.Connection(h11.CLIENT)
        request = h11.Request(method="POST", target=path, headers=[*headers.items()])
        events = (request, h11.Data(data=body), h11.EndOfMessage())
        self._request = b"".join(self._http.send(event) or b"" for event in events)
        self._read = 0  # bytes of the body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the whole request."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._hear(data)

    def eof_received(self) -> None:
        """Read the end, which is one only if the answer may end so."""
        if self.status is None:
            self._fail(EOFError())
        self._hear(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Fail, unless the answer had ended."""
        self._fail(error or EOFError())

    def _hear(self, data: bytes) -> None:
        try:
            self._http.receive_data(data)
            while not self.ended.done() and self._take(self._http.next_event()):
                pass
        except h11.RemoteProtocolError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)

    def _take(self, event: h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]) -> bool:
        """Take one part of the answer; returns whether another may be there."""
        if isinstance(event, h11.Response):
            self.status, self.headers = event.status_code, _short(event.headers)
        elif isinstance(event, h11.Data):
            self._read += len(event.data)
        if isinstance(event, h11.EndOfMessage) or self._read > MOST_BODY:
            self.ended.set_result(None)
        return isinstance(event, h11.Event)


def _short(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """As much of an answer's headers as the log keeps."""
    pairs = [*headers][:MOST_HEADERS]
    return {name.decode("ascii"): value.decode("latin-1")[:LONGEST_HEADER] for name, value in pairs}
