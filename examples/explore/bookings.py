"""A small application with six mistakes that no usual test notices. `repaired.py` has none.

It asks Deck for a guest's booking, in two ways: it polls until the run is over, or it is told by
webhooks.
"""

import json
from dataclasses import dataclass, field

import httpx2
from standardwebhooks import Webhook

ATTEMPTS = 5  # of one call
POLLS = 2000  # a second each: as long as a task may take
FINAL = ("completed", "failed", "canceled")


@dataclass
class Booking:
    """What a guest sees."""

    run_id: str
    status: str = "queued"
    messages: list = field(default_factory=list)  # that were sent to the guest


class Bookings:
    """All bookings, by the id of their run."""

    def __init__(self, base_url, api_key, secret, task_id, login, sleep):
        headers = {"Authorization": f"Bearer {api_key}"}
        self.http = httpx2.Client(base_url=base_url, headers=headers, trust_env=False)
        self.webhook = Webhook(secret)
        self.task_id, self.login, self.sleep = task_id, login, sleep
        self.bookings = {}

    def begin(self):
        """Start to read a booking."""
        # Mistake 1: without an idempotency key, a repeated call starts a second run.
        run = self.call("POST", f"/tasks/{self.task_id}/run", json=self.login)
        self.bookings[run["id"]] = Booking(run["id"])
        return self.bookings[run["id"]]

    def wait(self, booking):
        """Poll until the run is over."""
        # Mistake 2: a run may be over before it was ever seen running.
        for status in ("running", "completed"):
            self.wait_for(booking, status)

    def wait_for(self, booking, status):
        """Poll until the run has a status."""
        for _ in range(POLLS):
            booking.status = self.read(booking)
            if booking.status == status:
                return
            self.sleep(1)
        raise TimeoutError(f"the run was never {status}")

    def read(self, booking):
        """Read the status of the run."""
        return self.call("GET", f"/task-runs/{booking.run_id}")["status"]

    def take(self, headers, body):
        """Take a webhook."""
        self.webhook.verify(body, headers)
        event = json.loads(body)
        booking = self.bookings.get(event["data"]["id"])
        # Mistake 3: a webhook may come before the answer that tells the id of the run.
        if booking is None:
            return
        # Mistake 4: a webhook may come twice.
        self.tell(booking, event["type"])
        # Mistake 5: an older webhook may come after a newer one.
        booking.status = event["data"]["status"]

    def tell(self, booking, type_):
        """Send the guest a message about an event."""
        booking.messages.append(type_.removeprefix("task_run."))

    def call(self, method, path, **options):
        """Call Deck, and call again if it does not answer or is unavailable."""
        for _ in range(ATTEMPTS):
            try:
                answer = self.http.request(method, path, **options)
            except httpx2.TransportError:
                self.sleep(1)
                continue
            if answer.status_code < 500:
                # Mistake 6: a 429 asks to wait and to call again, too.
                return answer.raise_for_status().json()
            self.sleep(1)
        raise ConnectionError(f"{method} {path}: no answer")

    def wsgi(self, environ, start_response):
        """The web application that receives webhooks."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        names = ("id", "timestamp", "signature")
        self.take({f"webhook-{n}": environ[f"HTTP_WEBHOOK_{n.upper()}"] for n in names}, body)
        start_response("204 No Content", [])
        return []
