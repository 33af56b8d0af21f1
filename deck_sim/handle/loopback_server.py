"""A small HTTP server on loopback that passes each POST to a function."""

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_STOP_POLL_SECONDS = 0.02

# (path, headers with names in lower case, body) -> (status, headers)
Respond = Callable[[str, dict[str, str], bytes], tuple[int, Mapping[str, str]]]


class LoopbackServer(ThreadingHTTPServer):
    """A server on a free port, in a thread of its own, until `stop`."""

    # With the default of 5, a sixth waiting caller loses a second.
    request_queue_size = 128

    def __init__(self, respond: Respond) -> None:
        """Bind a free port, and answer requests in the background."""
        super().__init__(("127.0.0.1", 0), _RequestHandler)
        self.respond = respond
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(_STOP_POLL_SECONDS,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, and close the socket."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _RequestHandler(BaseHTTPRequestHandler):
    server: LoopbackServer

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        status, answered = self.server.respond(self.path, headers, body)
        self.send_response(status)
        for name, value in {**answered, "content-length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing on stderr."""
