"""Event destinations over HTTP: create, change, delete; secrets; deliveries."""

import pytest

from deck_sim.webhooks.signing import secret_of

PATH = "/event-destinations"
HOOK = {"name": "h", "type": "webhook", "config": {"url": "http://127.0.0.1:9/"}, "events": ["*"]}
NEW = secret_of("another")
QUEUES = {
    "aws_sqs": ["queue_url"],
    "aws_kinesis": ["stream_name", "region"],
    "aws_s3": ["bucket", "region"],
    "aws_eventbridge": ["event_bus_name", "region"],
    "gcp_pubsub": ["project_id", "topic"],
    "azure_servicebus": ["name"],
    "rabbitmq": ["exchange", "server_url"],
    "hookdeck": [],
}


def test_the_secret_of_a_webhook_is_shown_once(api):
    made = api.post(PATH, json=HOOK).json()
    assert made.pop("credentials")["secret"].startswith("whsec_")
    assert (made["object"], made["status"]) == ("event_destination", "active")
    shown = api.get(f"{PATH}/{made['id']}").json()
    del made["request_id"], shown["request_id"]
    assert shown == made
    assert api.get(PATH).json()["data"] == [made]


@pytest.mark.parametrize("given", [NEW, None])
def test_secrets_are_not_shown_again(api, sim, given):
    body = {**HOOK, "credentials": {"secret": given}}
    made = api.post(PATH, json=body).json()
    rotated = {"credentials": {"secret": secret_of("rotated")}}
    patched = api.patch(f"{PATH}/{made['id']}", json={**rotated, "status": "inactive"})
    read = [api.get(path).text for path in (PATH, f"{PATH}/{made['id']}", "/events")]
    read += [sim.get(path).text for path in ("/requests", "/timeline", "/events", "/world")]
    for secret in (made["credentials"]["secret"], rotated["credentials"]["secret"]):
        assert secret not in "".join([patched.text, *read])


def test_the_journal_and_the_timeline_hide_credentials(api, sim):
    """Keys in a config, in headers, in a URL and in a query are hidden."""
    url, headers = "http://alex:hush@127.0.0.1:9/?token=hush", '{"Authorization": "Bearer hush"}'
    config = {"url": url, "custom_headers": headers}
    made = api.post(PATH, json={**HOOK, "config": config}).json()
    api.patch(f"{PATH}/{made['id']}", json={"config": config})
    queue = {"queue_url": "q", "secret_access_key": "hush", "account_url": "amqp://alex:hush@mq/"}
    api.post(PATH, json={**HOOK, "type": "aws_sqs", "config": queue})
    api.get(PATH, params={"secret": "hush", "limit": 5})
    for path in ("/requests", "/timeline"):
        assert "hush" not in sim.get(path).text
    assert sim.get("/requests").json()["data"][-1]["query"] == "secret=•••&limit=5"


@pytest.mark.parametrize("type_", QUEUES)
def test_every_documented_type_can_be_created(api, type_):
    """A queue may have more than it needs, and has no secret to show."""
    config = {**dict.fromkeys(QUEUES[type_], "x"), "more": 1}
    body = {"name": "q", "type": type_, "config": config, "events": ["agent.created"]}
    made = api.post(PATH, json=body)
    assert (made.status_code, made.json()["config"]) == (201, config)
    assert "credentials" not in made.json()
    del config["more"]
    changed = api.patch(f"{PATH}/{made.json()['id']}", json={"config": config}).json()
    assert changed["config"] == config


def test_each_missing_field_of_a_type_is_reported(api, errors):
    """In a create and in a change, together with the other problems of the body."""
    for type_, names in QUEUES.items():
        expected = [("input_missing", f"config.{name}") for name in names]
        body = {**HOOK, "type": type_}
        for config in ({}, None, {"region": "", "queue_url": None}):
            found = errors("POST", PATH, 400, json={**body, "config": config, "events": ["x"]})
            assert found == [*expected, ("input_invalid", "events[0]")]
        made = api.post(PATH, json={**body, "config": dict.fromkeys(names, "x")}).json()
        if expected:
            change = {"config": dict.fromkeys(names, "")}
            assert errors("PATCH", f"{PATH}/{made['id']}", 400, json=change) == expected


def with_headers(text):
    return {"config": {**HOOK["config"], "custom_headers": text}}


INCORRECT = [
    ({"name": ""}, "name", "required"),
    ({"type": "smtp"}, "type", "webhook"),
    ({"events": []}, "events", ""),
    ({"events": ["*", "agent.created"]}, "events[0]", "stands alone"),
    ({"events": ["agent.create"]}, "events[0]", "did you mean 'agent.created'?"),
    ({"events": ["x"]}, "events[0]", "`GET /v2/event-types` lists them"),
    ({"config": {}}, "config.url", "required"),
    ({"config": {"url": "http://a..b/"}}, "config.url", "label empty"),
    ({"credentials": {"secret": "hush"}}, "credentials.secret", "base64"),
    ({"credentials": {"key": "x"}}, "credentials.key", ""),
    *(
        (with_headers(text), "config.custom_headers", words)
        for text, words in [
            ("no JSON", "must be a JSON object of texts"),
            ("[1]", "must be a JSON object of texts"),
            ("[" * 100_000, "must be a JSON object of texts"),
            ('{"X-Key": 1}', "must be a JSON object of texts"),
            ('{"": "x"}', "cannot be set"),
            ('{"X Y": "x"}', "cannot be set"),
            ('{"Webhook-Signature": "x"}', "cannot be set"),
            ('{"Host": "x"}', "cannot be set"),
            ('{"X-Key": "a\\r\\nX-Evil: b"}', "`X-Key` must be printable ASCII"),
            ('{"X-Key": "☂"}', "`X-Key` must be printable ASCII"),
        ]
    ),
]


def test_an_incorrect_destination_is_refused(refused):
    for change, field, words in INCORRECT:
        (error,) = refused("POST", PATH, 400, json={**HOOK, **change}).json()["errors"]
        assert error["field"] == field
        assert words in error["message"]


QUEUE = {**HOOK, "type": "aws_sqs", "config": {"queue_url": "q"}}
NEW_KEY = {"credentials": {"access_key": "hush"}}


def test_new_credentials_of_a_queue_are_not_stored(api, sim, simulation, advance):
    """They are accepted, and not stored, because nothing uses them."""
    made = api.post(PATH, json={**QUEUE, **NEW_KEY}).json()
    advance("1s")
    changed = api.patch(f"{PATH}/{made['id']}", json=NEW_KEY)
    assert (changed.status_code, changed.json()["updated_at"]) == (200, "2025-01-15T09:30:01Z")
    lines = [line["what"] for line in sim.get("/timeline").json()["data"]]
    assert "credentials changed; they are not kept, since nothing signs in with them" in lines
    assert "hush" not in repr(simulation().world)


def test_a_refused_update_changes_nothing(api, refused):
    made = api.post(PATH, json=HOOK).json()
    for change in (
        {"config": {}},
        {"config": {"url": "http://:1/"}},
        {"credentials": {"secret": "x"}, "name": "n"},
        {"events": ["x"], "status": "inactive"},
        {"status": "pending_verification"},
        {"type": "aws_sqs"},
    ):
        refused("PATCH", f"{PATH}/{made['id']}", 400, json=change)


def test_a_destination_can_be_deleted_again(api):
    """With the same answer. Its deliveries are not found."""
    made = api.post(PATH, json=HOOK).json()
    answers = [api.delete(f"{PATH}/{made['id']}").json()["deleted"] for _ in "ab"]
    assert answers == [True, True]
    assert api.get(f"{PATH}/{made['id']}/event-deliveries").status_code == 404
