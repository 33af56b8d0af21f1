"""The application of the programs here; it is copied as their `conftest.py`."""

import json

import httpx2
import pytest


class Client:
    """Repeats calls that get no answer; without a `key` for creates, which is a mistake."""

    def __init__(self, deck, http, key=None):
        self.deck, self.http = deck, http
        self.headers = {"Idempotency-Key": key} if key else {}
        self.ready = deck.ready_task()

    def call(self, method, path, **options):
        for _ in range(6):
            try:
                answer = self.http.request(method, path, **options)
            except httpx2.TransportError:
                self.deck.sleep(1)
                continue
            if answer.status_code == 429:
                self.deck.sleep(2)
            elif answer.status_code < 500:
                return answer.raise_for_status().json()
        raise ConnectionError("no answer")

    def create_agent(self):
        return self.call("POST", "/agents", json={"name": "a"}, headers=self.headers)

    def start_run(self):
        path = f"/tasks/{self.ready.task_id}/run"
        return self.call("POST", path, json=self.ready.login, headers=self.headers)

    def read_status(self, run):
        return self.call("GET", f"/task-runs/{run['id']}")["status"]

    def wait(self, run):
        while (status := self.read_status(run)) not in ("completed", "failed", "canceled"):
            self.deck.sleep(1)
        return status


class Receiver:
    """Stores the last status of each run that a webhook tells, once the program `knows` the run."""

    def __init__(self, deck):
        self.statuses, self.knows = {}, lambda run: True
        deck.deliver_to(self.app)

    def app(self, environ, start_response):
        event = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        knows = self.knows(event["data"]["id"])
        if knows:
            self.statuses[event["data"]["id"]] = event["data"]["status"]
        start_response("204 No Content" if knows else "503 Service Unavailable", [])
        return []


@pytest.fixture
def client(deck, deck_client):
    return Client(deck, deck_client)


@pytest.fixture
def sound_client(deck, deck_client):
    return Client(deck, deck_client, key="order-1")


@pytest.fixture
def receiver(deck):
    return Receiver(deck)


STORED = pytest.StashKey[str]()


def pytest_collection_modifyitems(items):
    for item in items:
        item.stash[STORED] = "at collection"


@pytest.fixture
def stored(request):
    return request.node.stash[STORED]
