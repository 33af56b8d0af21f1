import json

import pytest

from deck_sim import DeckSimError
from deck_sim.real.har import read_har

UPSTREAM = "https://api.deck.co"


def entry(path, text="{}", status=200, at="2026-12-03T10:00:00.000Z", **content):
    request = {
        "method": "POST",
        "url": f"{UPSTREAM}{path}",
        "headers": [{"name": "Authorization", "value": "Bearer k"}],
        "postData": {"text": '{"name": 1}'},
    }
    response = {"status": status, "headers": [], "content": {"text": text, **content}}
    return {"startedDateTime": at, "time": 250, "request": request, "response": response}


@pytest.fixture
def har(tmp_path):
    def har(*entries):
        file = tmp_path / "calls.har"
        file.write_text(json.dumps({"log": {"entries": entries}}))
        return file

    return har


def test_the_calls_to_deck_are_read_in_their_order(har):
    later = entry("/v2/tasks?limit=1", at="2026-12-03T11:00:00+01:00", text="")
    encoded = entry("/v2/agents", "eyJhIjogMX0=", encoding="base64", at="2026-12-03T09:00:00Z")
    other = entry("/") | {"request": {"url": "https://other.example/v2/agents"}}
    (first, second), bare = read_har(har(later, other, encoded), UPSTREAM)
    assert (first.path, first.request, first.response) == ("/v2/agents", {"name": 1}, {"a": 1})
    assert first.request_headers == {"authorization": "Bearer k"}
    assert (first.ended - first.started).total_seconds() == 0.25
    assert (second.path, second.response) == ("/v2/tasks?limit=1", None)
    assert bare == ["POST /v2/tasks?limit=1"]


def test_a_call_without_an_answer_has_no_status(har):
    ((exchange,), _) = read_har(har(entry("/v2/agents", status=0)), UPSTREAM)
    assert exchange.status is None


def test_a_file_that_is_not_har_or_has_no_call_to_deck_is_an_error(har, tmp_path):
    with pytest.raises(DeckSimError, match="has no call to https"):
        read_har(har(entry("/other")), UPSTREAM)
    (tmp_path / "calls.har").write_text("[]")
    with pytest.raises(DeckSimError, match="as a HAR file: TypeError"):
        read_har(tmp_path / "calls.har", UPSTREAM)
