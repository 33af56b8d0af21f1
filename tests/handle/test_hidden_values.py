"""Values with secret names: hidden where they are shown, and compared with what was sent."""

import copy
import json
import logging
import pickle

import pytest

from deck_sim.base.redaction import HIDDEN
from deck_sim.handle.failure_report import write_report

PIN, MAIL = "918273", "alex@hotel.example"
INPUT = {"guest": {"cardPin": PIN, "email": MAIL}, "nights": 2, "codes": [{"otp": 918273}]}
SCHEMA = {"properties": {"otp": {"maxLength": 4}, "guests": {"minItems": 2}}}
ECHO = {"task_run": [{"running": "1s"}, {"completed": {"output": {"pin": "{{ input.pin }}"}}}]}


@pytest.fixture
def started(deck):
    """A run with secrets in its input."""
    deck.set_options(mask=["email"])
    return deck.start_run("success", input=INPUT, status="completed")


def test_a_secret_of_an_input_is_shown_nowhere(deck, api, caplog, tmp_path):
    """Records, reports, pages and the log; the API's own answers have it."""
    caplog.set_level(logging.INFO, "deck_sim.activity")
    deck.register_webhook("http://127.0.0.1:9/")
    name = deck.scenario(ECHO)
    run = deck.start_run(name, input={"pin": PIN}, status="completed")
    task = deck.ready_task(input_schema=SCHEMA)
    for given in ({"otp": PIN}, {"guests": [{"ssn": PIN}]}):
        api.post(f"/tasks/{task.task_id}/run", json={**task.login, "input": given})
    api.post(f"/tasks/{task.task_id}/run", content=f'{{"input": {{"pin": "{PIN}"')
    assert api.get(f"/task-runs/{run['id']}?include=input").json()["input"] == {"pin": PIN}
    deck.write_html(tmp_path / "page.html")
    records = [deck.requests, deck.runs, deck.events, deck.deliveries, deck.timeline, deck.lint]
    shown = [f"{one}{[*map(str, one)]}" for one in records[:-1]] + [f"{records[-1]}"]
    shown += [write_report(deck), (tmp_path / "page.html").read_text()]
    read = deck._control.read
    shown += [read(f"/resources/{run['id']}"), read("/stream?follow=false"), read("/requests")]
    assert [text for text in [*shown, caplog.text] if PIN in text] == []
    assert "`input.otp`: ••• does not fit `maxLength: 4`" in caplog.text
    assert "`input.guests`: [{'ssn': '•••'}] is too short" in caplog.text


FILED = {
    "task_run": ["running", {"file": {"name": "a.pdf", "extraction": {"pin": PIN}}}, "completed"]
}
WHOLE = {"properties": {"pin": {"type": "integer"}}}
STORES = {"enabled": True, "extraction": True, "extraction_schema": WHOLE}


@pytest.mark.parametrize(
    ("script", "fields", "place"),
    [
        (ECHO, {"output_schema": WHOLE}, "output.pin"),
        (FILED, {"storage": STORES}, "extraction.pin"),
    ],
)
def test_an_error_does_not_repeat_a_secret_that_breaks_a_schema(deck, script, fields, place):
    """Its message is in the timeline and the events."""
    run = deck.start_run(deck.scenario(script), input={"pin": PIN}, status="failed", **fields)
    assert f"`{place}`: ••• does not fit `type: integer`" in run["errors"][0]["message"]
    assert PIN not in f"{deck.events}{[*map(str, deck.timeline)]}"


def test_an_assertion_compares_hidden_values_by_the_originals(deck, started):
    """In calls and in runs; in the names that a world adds, too."""
    body = deck.requests[-1]["body"]
    assert body["input"] == INPUT == deck.runs[0]["input"] == started["input"]
    assert {"otp": "918273"} != body["input"]["codes"][0] != {"otp": 918274}
    assert json.dumps(body["input"]["guest"], ensure_ascii=False) == (
        '{"cardPin": "•••", "email": "•••"}'
    )
    deck.requests.assert_called("POST /v2/tasks/*/run", json={"input": INPUT})
    deck.requests.assert_not_called(json={"input": {"guest": {"cardPin": "0000"}}})


def test_a_failed_assertion_shows_no_hidden_value(deck, started):
    """Neither what was sent nor what was expected."""
    wrong = {"guest": {"cardPin": "4711", "ssn": "4711"}, "nights": 3}
    with pytest.raises(AssertionError) as failed:
        deck.requests.assert_called("POST /v2/tasks/*/run", json={"input": wrong})
    said = f"{failed.value}"
    assert "differs  json.input.guest.cardPin: another value was sent; both are hidden" in said
    assert 'differs  json.input.guest.ssn: expected "•••", found nothing' in said
    assert "differs  json.input.nights: expected 3, found 2" in said
    assert not any(text in said for text in (PIN, MAIL, "4711"))
    with pytest.raises(AssertionError) as failed:
        deck.requests.assert_not_called(json={"input": INPUT})
    assert PIN not in f"{failed.value}"


def test_hidden_values_survive_a_snapshot(deck, started):
    """A restored world compares with the originals, too."""
    deck.restore(deck.snapshot())
    deck.requests.assert_called(json={"input": INPUT})


def test_a_hidden_value_can_be_copied_and_compared_with_anything(started):
    """It is equal to the original, and to what is shown of it."""
    pin = started["input"]["guest"]["cardPin"]
    assert pin == pickle.loads(pickle.dumps(pin)) == copy.deepcopy(pin) == PIN
    assert pin == HIDDEN == f"{pin}"
    assert pin != object()
    assert pin != started["input"]["codes"][0]["otp"]
