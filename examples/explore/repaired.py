"""The application of `bookings.py` without its mistakes."""

import uuid

import httpx2
from bookings import ATTEMPTS, FINAL, POLLS, Booking
from bookings import Bookings as Planted


class Bookings(Planted):
    """All bookings, by the id of their run."""

    def __init__(self, *settings):
        super().__init__(*settings)
        self.early = {}  # webhooks that came before the answer, by the id of their run
        self.deliveries = set()

    def begin(self):
        """Start to read a booking."""
        headers = {"Idempotency-Key": f"{uuid.uuid4()}"}
        path = f"/tasks/{self.task_id}/run"
        run = self.call("POST", path, json=self.login, headers=headers)
        booking = self.bookings[run["id"]] = Booking(run["id"])
        for type_ in self.early.pop(run["id"], ()):
            self.tell(booking, type_)
        return booking

    def wait(self, booking):
        """Poll until the run is over."""
        for _ in range(POLLS):
            booking.status = self.read(booking)
            if booking.status in FINAL:
                return
            self.sleep(1)
        raise TimeoutError("the run did not end")

    def take(self, headers, body):
        """Take a webhook."""
        event = self.webhook.verify(body, headers)
        if headers["webhook-id"] in self.deliveries:
            return
        run_id = event["data"]["id"]
        if booking := self.bookings.get(run_id):
            booking.status = self.read(booking)
            self.tell(booking, event["type"])
        else:
            self.early.setdefault(run_id, []).append(event["type"])
        self.deliveries.add(headers["webhook-id"])

    def call(self, method, path, **options):
        """Call Deck, and call again if it does not answer, is unavailable or asks to wait."""
        for _ in range(ATTEMPTS):
            try:
                answer = self.http.request(method, path, **options)
            except httpx2.TransportError:
                self.sleep(1)
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                return answer.raise_for_status().json()
            self.sleep(int(answer.headers.get("Retry-After", 1)))
        raise ConnectionError(f"{method} {path}: no answer")
