from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deck_sim.real.masking import mask
from deck_sim.real.recording import Exchange, ReceivedWebhook, Recording

NOW = datetime(2026, 12, 3, tzinfo=UTC)
CALL = Exchange(
    started=NOW,
    ended=NOW,
    method="POST",
    path="/v2/tasks/task_1/run",
    request_headers={},
    request=None,
    status=200,
    response_headers={},
    response=None,
)
SECRET = "Zx81 secret value"


def masked(*calls, webhooks=(), **options):
    exchanges = tuple(replace(CALL, **call) for call in calls)
    recording = Recording(
        upstream="", edition="connections", exchanges=exchanges, webhooks=webhooks
    )
    return mask(recording, **options)


LOGIN = "auth_credentials"
ANSWER = "/v2/task-runs/trun_1/interaction"
PLACES = [
    *({"request_headers": {name: SECRET}} for name in ("authorization", "cookie", "x-api-key")),
    {"response_headers": {"set-cookie": SECRET}},
    *({"request": {name: SECRET}} for name in ("password", "token", "secret", "api_key", "otp")),
    *({"response": {"data": [{name: SECRET}]}} for name in ("password", "client_secret")),
    *({"request": {LOGIN: {name: SECRET}}} for name in ("username", "password", "branch")),
    {"request": {LOGIN: {"source_fields": {"pin": SECRET, "branch": SECRET}}}},
    {"response": {LOGIN: {"username": SECRET}}},
    {"request": {"external_id": SECRET}},
    {"path": f"/v2/connections?external_id={SECRET.replace(' ', '+')}"},
    {"request": {"credentials": {"secret": SECRET}}},
    {"request": {"config": {"custom_headers": '{"X": "Zx81 secret value"}'}}},
    {"request": {"input": {"a": {"b": [SECRET]}}}},
    {"response": {"input": {"a": SECRET}}},
    {"path": ANSWER, "request": {"inputs": {"answer": SECRET}}},
    {"request": SECRET},
]
# Where the secret occurs again.
ECHOES = [
    {"response": {"output": {"a": SECRET}}},
    {"response": {"errors": [{"message": f"Hello {SECRET}!"}]}},
    {"response": f"<p>{SECRET}</p>"},
    {"path": "/v2/agents?name=Zx81+secret+value"},
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("echo", ECHOES)
def test_a_secret_is_masked_in_its_place_and_wherever_it_occurs_again(place, echo):
    body = {"data": {"output": {"a": SECRET}}}
    webhook = ReceivedWebhook(at=NOW, headers={}, body=body, status=200)
    echoes = [] if "custom_headers" in str(place) else [echo]
    recording = masked(*echoes, place, webhooks=[webhook] if echoes else [])
    assert "Zx81" not in repr(recording)
    assert "secret+value" not in repr(recording)


def test_the_accepted_code_is_123456_and_a_wrong_one_another():
    wrong = {"path": ANSWER, "request": {"inputs": {"code": "999000"}}}
    right = {"path": ANSWER, "request": {"inputs": {"code": "777000"}}, "response": {}}
    prompt = {"response": {"interaction": {"type": "mfa"}}}
    first, second = masked(wrong | prompt, right).exchanges
    assert second.request == {"inputs": {"code": "123456"}}
    assert first.request == {"inputs": {"code": "000001"}}


def test_a_mask_has_the_form_of_its_value():
    values = ["2025-01-01", "alex@example.com", "0471", 4711, 1.5, True, None]
    (call,) = masked({"request": {"input": {"values": values}}}).exchanges
    day, mail, text, number, decimal, *rest = call.request["input"]["values"]
    assert (day, mail, text) == ("2001-01-02", "masked2@example.com", "0003")
    assert (number, decimal, rest) == (4, "masked-5", [True, None])


def test_words_of_the_api_and_short_values_stay_elsewhere():
    inputs = {"input": {"a": "completed", "b": "abc", "c": 2025}}
    body = {"status": "completed", "message": "abc", "runtime_ms": 2025}
    _, call = masked({"request": inputs}, {"response": body}).exchanges
    assert call.response == body


def test_ids_are_replaced_consistently_and_moments_and_schemas_stay():
    schema = {"properties": {"password": {"type": "string"}}}
    moment = "2025-01-01T10:00:00Z"
    body = {"id": "task_abc", "input_schema": schema, "created_at": moment}
    first, second = masked(
        {"response": body, "request": {"input": {"day": "2025-01-01"}}},
        {"path": "/v2/tasks/task_abc/run", "response": {"task_id": "task_abc"}},
    ).exchanges
    assert first.response == {**body, "id": "task_0000000000000001"}
    assert second.path == "/v2/tasks/task_0000000000000001/run"


def test_inputs_are_kept_and_names_added_if_asked():
    call = {"request": {"input": {"guest": "Alexandra"}}, "response": {"output": {"ref": "R-9876"}}}
    recording = masked(call, names=["ref"], keep_inputs=True)
    assert recording.exchanges[0].request == {"input": {"guest": "Alexandra"}}
    assert recording.exchanges[0].response == {"output": {"ref": "masked-1"}}
    assert recording.masks == ("fields named by --mask: `ref`",)


def test_the_signature_of_a_url_is_left_out():
    (call,) = masked({"response": {"url": "https://files.example/a?sig=abc"}}).exchanges
    assert call.response == {"url": "https://files.example/a"}


def test_an_accepted_answer_that_is_no_code_and_an_id_of_a_foreign_form():
    answered = {"path": ANSWER, "request": {"inputs": {"account_id": "acc_home"}}, "response": {}}
    listed = {"response": {"reservation_id": "R 1"}}
    first, second = masked(answered, listed).exchanges
    assert first.request == {"inputs": {"account_id": "masked-1"}}
    assert second.response == {"reservation_id": "R 1"}
