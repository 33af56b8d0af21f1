"""The receiver of the webhooks of many worlds, each at a path of its own."""

import threading
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

_MOST_RETRIES = 2  # of one message, so that no destination becomes inactive


class Receiver:
    """Takes the webhooks of all lives, and refuses some of them at first."""

    def __init__(self) -> None:
        self.accepted: dict[str, Counter[str]] = defaultdict(Counter)  # by path: ids of messages
        self._refused: Counter[str] = Counter()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(receiver.take(self.path, self.headers["webhook-id"]))
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 200

            def handle_error(self, *_: Any) -> None:
                """Ignore a server that was stopped while it sent."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, path: str, id_: str) -> int:
        """The status for a message."""
        most = Random(id_).choice((0, 0, 0, 0, 1, _MOST_RETRIES))
        if self._refused[path + id_] < most:
            self._refused[path + id_] += 1
            return 503
        self.accepted[path][id_] += 1
        return 200

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
