"""A small HTTP server on loopback, for what a world sends to this process."""

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_LOOK = 0.02  # seconds between two looks at whether the server is to stop

# The path, the headers with names in lower case, and the body, to the answer's status and headers.
Answer = Callable[[str, dict[str, str], bytes], tuple[int, Mapping[str, str]]]


class LoopbackServer(ThreadingHTTPServer):
    """Its own port, and a thread in which it lets every POST be answered."""

    # Callers that wait; the usual five are few, and the next loses a second.
    request_queue_size = 128

    def __init__(self, answer: Answer) -> None:
        """Take a free port, on which nobody answers before the server is started."""
        super().__init__(("127.0.0.1", 0), _Door)
        self.answer = answer
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(_LOOK,), daemon=True)

    def start(self) -> None:
        """Serve, in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and give the port back."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Door(BaseHTTPRequestHandler):
    """Reads one request and hands it on."""

    server: LoopbackServer

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        status, answered = self.server.answer(self.path, headers, body)
        self.send_response(status)
        for name, value in {**answered, "content-length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing on stderr."""
