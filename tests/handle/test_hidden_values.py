import logging

import pytest

from deck_sim.handle.failure_report import write_report

PIN = "918273"
INPUT = {"guest": {"card_pin": PIN}, "nights": 2}
SCHEMA = {"properties": {"otp": {"maxLength": 4}, "guests": {"minItems": 2}}}
ECHO = {"task_run": [{"running": "1s"}, {"completed": {"output": {"pin": "{{ input.pin }}"}}}]}


def test_a_secret_of_an_input_is_shown_nowhere(deck, api, caplog, tmp_path):
    caplog.set_level(logging.INFO, "deck_sim.activity")
    deck.register_webhook("http://127.0.0.1:9/")
    run = deck.start_run(deck.scenario(ECHO), input={"pin": PIN}, status="completed")
    task = deck.ready_task(input_schema=SCHEMA)
    for values in ({"otp": PIN}, {"guests": [{"ssn": PIN}]}):
        api.post(f"/tasks/{task.task_id}/run", json={**task.login, "input": values})
    api.post(f"/tasks/{task.task_id}/run?pin={PIN}", content=f'{{"input": {{"pin": "{PIN}"')
    assert api.get(f"/task-runs/{run['id']}?include=input").json()["input"] == {"pin": PIN}
    deck.write_html(tmp_path / "page.html")
    calls = ("requests", "timeline", "task-runs", "events", "deliveries", f"resources/{run['id']}")
    texts = [deck._control.read(f"/{call}") for call in calls]
    texts += [*map(str, deck.timeline), *map(str, [deck.lint, deck.requests])]
    texts += [write_report(deck).text, (tmp_path / "page.html").read_text()]
    assert [text for text in [*texts, caplog.text] if PIN in text] == []
    assert "`input.otp`: ••• does not fit `maxLength: 4`" in caplog.text
    assert "`input.guests`: [{'ssn': '•••'}] is too short" in caplog.text


def failure(deck, pattern, **expected):
    """The text of an assertion that fails; no secret is in it."""
    with pytest.raises(AssertionError) as failed:
        deck.requests.assert_called(pattern, **expected)
    assert not any(secret in f"{failed.value}" for secret in (PIN, "4711"))
    return f"{failed.value}"


def test_an_answer_to_a_prompt_is_hidden_in_reports(deck):
    run = deck.start_run("mfa_then_success", status="interaction_required")
    deck.answer(run, PIN)
    pattern = "POST /v2/task-runs/*/interaction"
    deck.requests.assert_called(pattern, json={"inputs": {"code": PIN}})
    text = failure(deck, pattern, json={"inputs": {"code": "4711"}})
    assert "json.inputs.code: another value was sent" in text
    assert PIN not in f"{write_report(deck).text} {deck.requests}"


def test_a_secret_header_is_hidden_in_an_assertion(deck, api):
    """Also if only the rule of headers makes its name a secret one."""
    deck.keep_headers("x-auth")
    api.get("/tasks", headers={"x-auth": PIN})
    for sent, verdict in ((PIN, "matches"), ("4711", "differs")):
        text = failure(deck, "GET /v2/tasks", headers={"x-auth": sent}, status=500)
        assert f"{verdict}  headers.x-auth: " in text


def test_an_assertion_compares_what_was_sent_and_shows_no_secret(deck):
    deck.start_run("success", input=INPUT, status="completed")
    assert deck.requests[-1]["body"]["input"] == INPUT == deck.runs[0]["input"]
    deck.requests.assert_called("POST /v2/tasks/*/run", json={"input": INPUT})
    for pin, line in (
        ("4711", "differs  json.input.guest.card_pin: another value was sent; secrets are hidden"),
        (PIN, "matches  json.input.guest.card_pin: the value is hidden"),
    ):
        wrong = {"guest": {"card_pin": pin, "ssn": "4711", "cvv": "4711"}, "nights": 3}
        text = failure(deck, "POST /v2/tasks/*/run", json={"input": wrong})
        assert line in text
        assert "differs  json.input.guest.cvv: nothing was sent" in text
        assert "differs  json.input.nights: expected 3, found 2" in text
