import json
import sys

import httpx2

from deck_sim.real.recording import read_recording

CALL = """
import os, httpx2
headers = {"Authorization": "Bearer sk_live_0123456789abcdef"}
httpx2.get(os.environ["DECK_BASE_URL"] + "/agents", headers=headers, trust_env=False)
raise SystemExit(3)
"""


def test_the_calls_of_a_command_are_recorded_without_its_key(cli, server, tmp_path):
    words = ["record", "--upstream", server.url, "--out", tmp_path, "--", sys.executable, "-c"]
    ran = cli(*words, CALL)
    assert ran.exit_code == 3
    (exchange,) = read_recording(tmp_path).exchanges
    assert (exchange.path, exchange.status) == ("/v2/agents", 200)
    assert "0123456789abcdef" not in (tmp_path / "recording.json").read_text()
    assert "1 call and 0 webhooks, edition connections" in ran.stdout
    assert "masked: secret headers: `authorization`" in ran.stdout
    again = cli(*words, CALL)
    assert (again.exit_code, "has a recording already" in again.stderr) == (2, True)


def test_a_call_to_the_real_host_is_recorded_with_intercept(cli, server, tmp_path):
    source = CALL.replace('os.environ["DECK_BASE_URL"]', '"https://api.deck.co/v2"')
    source = source.replace(", trust_env=False", "")
    words = ["--upstream", server.url, "--intercept", "--out", tmp_path]
    cli("record", *words, "--", sys.executable, "-c", source)
    assert [exchange.status for exchange in read_recording(tmp_path).exchanges] == [200]


def test_without_a_command_it_serves_until_a_signal(run_until_signal, tmp_path, capfd):
    def visit(text):
        url = text.partition("DECK_BASE_URL=")[2].split()[0]
        assert httpx2.get(f"{url}/agents", trust_env=False).status_code == 502
        webhooks = text.partition("webhooks come in at ")[2].partition(";")[0]
        assert httpx2.post(webhooks, json={}, trust_env=False).status_code == 200

    words = ["--upstream", "http://127.0.0.1:9", "--webhooks-port", "0", "--out", tmp_path]
    code, _ = run_until_signal(visit, "record", *map(str, words))
    assert code == 0
    recording = read_recording(tmp_path)
    assert [exchange.status for exchange in recording.exchanges] == [None]
    assert [webhook.status for webhook in recording.webhooks] == [200]


def test_a_program_that_calls_nothing_is_an_error(cli, server, tmp_path):
    out = tmp_path / "out"
    words = ["--upstream", server.url, "--out", out, "--", sys.executable, "-c", ""]
    ran = cli("record", *words)
    assert ran.exit_code == 1
    assert "no call was recorded: does the program read DECK_BASE_URL?" in ran.stderr
    assert not out.exists()


def test_a_port_in_use_is_an_error(cli, server, tmp_path):
    words = ["--upstream", server.url, "--out", tmp_path, "--port", server.port]
    assert "cannot listen: Address already in use" in cli("record", *words).stderr


def test_refused_keys_failures_and_silent_webhooks_are_reported(cli, server, tmp_path):
    words = ["--upstream", "http://127.0.0.1:9", "--webhooks", "http://127.0.0.1:9"]
    text = "for _ in range(7):\n    httpx2.get"
    source = CALL.replace("httpx2.get", text)
    ran = cli("record", *words, "--out", tmp_path / "a", "--", sys.executable, "-c", source)
    assert ran.stdout.count("no answer: GET /v2/agents: ") == 5
    assert "no answer: 2 more" in ran.stdout
    assert "no webhook came, so polls alone show the statuses" in ran.stdout
    source = CALL.replace(", headers=headers", "")
    words = ["--upstream", server.url, "--out", tmp_path / "b", "--", sys.executable, "-c"]
    assert "every call was answered with 401" in cli("record", *words, source).stdout


def test_the_calls_of_a_har_file_are_written_without_secrets(cli, tmp_path):
    headers = [{"name": "Authorization", "value": "Bearer sk_live_0123456789abcdef"}]
    request = {"method": "GET", "url": "https://api.deck.co/v2/agents", "headers": headers}
    entry = {"startedDateTime": "2026-12-03T10:00:00Z", "request": request}
    entry["response"] = {"status": 200}
    file = tmp_path / "calls.har"
    file.write_text(json.dumps({"log": {"entries": [entry]}}))
    ran = cli("record", "--from", file, "--out", tmp_path)
    assert ran.stdout.splitlines()[-1] == "no body in the file: GET /v2/agents"
    (exchange,) = read_recording(tmp_path).exchanges
    assert exchange.request_headers == {"authorization": "masked"}


def test_errors_of_deck_are_listed_up_to_a_limit(cli, tmp_path):
    request = {"method": "GET", "url": "https://api.deck.co/v2/agents", "headers": []}
    entry = {"startedDateTime": "2026-12-03T10:00:00Z", "request": request}
    entry["response"] = {"status": 502, "content": {"text": "<html>"}}
    file = tmp_path / "calls.har"
    file.write_text(json.dumps({"log": {"entries": [entry] * 7}}))
    ran = cli("record", "--from", file, "--out", tmp_path)
    assert ran.stdout.count("an error or no JSON: 502 to GET /v2/agents") == 5
    assert "an error or no JSON: 2 more" in ran.stdout
