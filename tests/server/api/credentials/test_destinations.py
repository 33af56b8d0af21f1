"""Event destinations of the `credentials` edition."""

import pytest

URL = "http://127.0.0.1:9/hook"
WEBHOOK = {"name": "App", "type": "webhook", "webhook": {"url": URL}, "events": ["*"]}
QUEUE = {"name": "Queue", "type": "aws_sqs", "aws_sqs": {"queue_url": "q"}, "events": ["*"]}


@pytest.fixture
def webhook(api):
    return api.post("/event-destinations", json=WEBHOOK).json()


def test_a_webhook_has_an_object_named_after_its_type(api, webhook):
    """Only the answer to the create shows the secret."""
    assert webhook["webhook"].pop("secret").startswith("whsec_")
    assert webhook["webhook"] == {"url": URL}
    assert "config" not in webhook
    shown = api.get(f"/event-destinations/{webhook['id']}").json()
    assert shown["webhook"] == {"url": URL}


def test_a_change_of_one_setting_keeps_the_others(api, webhook):
    change = {"webhook": {"secret": "whsec_" + "A" * 32}}
    changed = api.patch(f"/event-destinations/{webhook['id']}", json=change)
    assert (changed.status_code, changed.json()["webhook"]) == (200, {"url": URL})


def test_the_objects_of_other_types_may_be_null(api):
    """Typed clients send null for the objects of other types."""
    nulls = dict.fromkeys(("aws_sqs", "hookdeck"))
    made = api.post("/event-destinations", json={**WEBHOOK, **nulls})
    assert made.status_code == 201
    changed = api.patch(f"/event-destinations/{made.json()['id']}", json={"name": "N", **nulls})
    assert (changed.status_code, changed.json()["webhook"]) == (200, {"url": URL})


def test_fields_named_like_secrets_are_not_shown(api):
    """A queue shows its address, not its credentials."""
    settings = {"queue_url": "q", "secret_access_key": "hunter2"}
    made = api.post("/event-destinations", json={**QUEUE, "aws_sqs": settings}).json()
    assert made["aws_sqs"] == {"queue_url": "q"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"aws_sqs": {}}, ("input_invalid", "aws_sqs")),
        ({"webhook": {"url": "ftp://x"}}, ("input_invalid", "webhook.url")),
        ({"webhook": {"url": "http://:80"}}, ("input_invalid", "webhook.url")),
        ({"webhook": {"secret": "short"}}, ("input_invalid", "webhook.secret")),
        ({"webhook": {"custom_headers": "no"}}, ("input_invalid", "webhook.custom_headers")),
        ({"config": {}}, ("input_invalid", "config")),
    ],
)
def test_an_invalid_destination_is_refused(change, expected, errors, webhook):
    """Errors of creates and changes name the fields of this edition."""
    settings = {**WEBHOOK["webhook"], **(change.get("webhook") or {})}
    body = {**WEBHOOK, **change}
    if change.get("webhook"):
        body["webhook"] = settings
    assert errors("POST", "/event-destinations", 400, json=body) == [expected]
    assert errors("PATCH", f"/event-destinations/{webhook['id']}", 400, json=change) == [expected]


@pytest.mark.parametrize("given", [{}, {"webhook": None}, {"webhook": {"url": ""}}])
def test_a_destination_is_a_webhook_unless_it_says_otherwise(given, api, errors, webhook):
    """So it needs the URL of one; a change may leave it out, and not empty it."""
    body = {"name": "App", "events": ["*"]}
    assert api.post("/event-destinations", json={**body, "webhook": {"url": URL}}).is_success
    missing = ("input_missing", "webhook.url")
    assert errors("POST", "/event-destinations", 400, json={**body, **given}) == [missing]
    changed = api.patch(f"/event-destinations/{webhook['id']}", json=given)
    assert (changed.status_code == 200) == (not given)


def test_a_queue_needs_the_fields_of_its_type(api, errors):
    """Each one that is missing is reported, and so is the object of another type."""
    body = {"name": "Q", "type": "aws_s3", "events": ["*"], "rabbitmq": {}}
    missing = [("input_missing", "aws_s3.bucket"), ("input_missing", "aws_s3.region")]
    wrong = ("input_invalid", "rabbitmq")
    assert errors("POST", "/event-destinations", 400, json=body) == [*missing, wrong]
    made = api.post("/event-destinations", json=QUEUE).json()
    change = {"aws_sqs": {"queue_url": ""}, "aws_s3": {}}
    assert errors("PATCH", f"/event-destinations/{made['id']}", 400, json=change) == [
        ("input_missing", "aws_sqs.queue_url"),
        ("input_invalid", "aws_s3"),
    ]


def test_messages_in_a_queue_have_no_request_id(api, sim):
    """In this edition a message is the event alone."""
    made = api.post("/event-destinations", json=QUEUE).json()
    api.post("/agents", json={"name": "Concierge"})
    sim.post("/clock/advance", json={"by": "1s"})
    *_, message = sim.get(f"/destinations/{made['id']}/messages").json()["data"]
    assert (message["type"], "request_id" in message) == ("agent.created", False)
    assert [*message["data"]] == ["id", "object", "name"]
