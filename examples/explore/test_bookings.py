"""The tests of the application. They pass with all six mistakes."""

import os
from importlib import import_module

import pytest

Bookings = import_module(os.environ.get("BOOKINGS", "bookings")).Bookings


@pytest.fixture
def app(deck):
    """The application, with a task that it can run."""
    ready = deck.ready_task()
    app = Bookings(
        deck.base_url, deck.api_key, deck.webhook_secret, ready.task_id, ready.login, deck.sleep
    )
    yield app
    app.http.close()


def test_a_booking_is_polled(app):
    """Until its run is over."""
    booking = app.begin()
    app.wait(booking)
    assert booking.status == "completed"


def test_webhooks_tell_of_a_booking(deck, app):
    """The guest gets a message about each event."""
    deck.deliver_to(app.wsgi)
    booking = app.begin()
    deck.settle()
    assert booking.status == "completed"
    assert sorted(booking.messages) == ["completed", "queued", "running"]
