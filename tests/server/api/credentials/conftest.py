"""Worlds of the `credentials` edition."""

import pytest

LOGIN = {"username": "alex", "password": "hunter2"}


@pytest.fixture(autouse=True)
def edition(credentials_edition):
    """Every test of this folder has a world of the other edition."""


@pytest.fixture
def new_credential(api, source):
    """Store a credential; keyword arguments replace the usual fields."""

    def new_credential(**fields):
        usual = {"source_id": source["id"], "auth_method": "username_password"}
        answer = api.post("/credentials", json={**usual, "auth_credentials": LOGIN, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return new_credential


@pytest.fixture
def credential(new_credential):
    return new_credential()


@pytest.fixture
def start(api, task, credential):
    """Start a run that plays a scenario."""

    def start(scenario="success", **body):
        body = body or {"credential_id": credential["id"]}
        headers = {"Deck-Sim-Scenario": scenario}
        answer = api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return start


@pytest.fixture
def look(api):
    """A resource as it is now."""
    paths = {"credential": "credentials", "session": "sessions", "task_run": "task-runs"}
    return lambda found: api.get(f"/{paths[found['object']]}/{found['id']}").json()


@pytest.fixture
def session_of(api):
    """The session of a run as it is now."""
    return lambda run: api.get(f"/sessions/{run['session_id']}").json()


@pytest.fixture
def event_types(api):
    """The types of the events about a resource, oldest first."""

    def event_types(found):
        events = api.get("/events", params={"limit": 100}).json()["data"]
        return [e["type"] for e in reversed(events) if e["data"]["id"] == found["id"]]

    return event_types
