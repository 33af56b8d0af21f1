PATH = "/event-destinations"
HOOK = {"name": "h", "type": "webhook", "config": {"url": "http://127.0.0.1:9/"}, "events": ["*"]}
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
    created = api.post(PATH, json=HOOK).json()
    assert created.pop("credentials")["secret"].startswith("whsec_")
    assert (created["object"], created["status"]) == ("event_destination", "active")
    read = api.get(f"{PATH}/{created['id']}").json()
    del created["request_id"], read["request_id"]
    assert read == created
    assert api.get(PATH).json()["data"] == [created]


def test_the_journal_and_the_timeline_hide_credentials(api, sim):
    url, headers = "http://alex:hush@127.0.0.1:9/?token=hush", '{"Authorization": "Bearer hush"}'
    config = {"url": url, "custom_headers": headers}
    created = api.post(PATH, json={**HOOK, "config": config}).json()
    api.patch(f"{PATH}/{created['id']}", json={"config": config})
    queue = {"queue_url": "q", "secret_access_key": "hush", "account_url": "amqp://alex:hush@mq/"}
    api.post(PATH, json={**HOOK, "type": "aws_sqs", "config": queue})
    api.get(PATH, params={"secret": "hush", "limit": 5})
    for path in ("/requests", "/timeline"):
        assert "hush" not in sim.get(path).text
    assert sim.get("/requests").json()["data"][-1]["query"] == "secret=•••&limit=5"


def test_headers_that_are_nested_too_deeply_are_refused(api):
    answer = api.post(
        PATH, json={**HOOK, "config": {**HOOK["config"], "custom_headers": "[" * 9000}}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "input_invalid")


def test_every_documented_type_can_be_created(api):
    for type_, names in QUEUES.items():
        config = {**dict.fromkeys(names, "x"), "more": 1}
        body = {"name": "q", "type": type_, "config": config, "events": ["agent.created"]}
        created = api.post(PATH, json=body)
        assert (created.status_code, created.json()["config"]) == (201, config)
        assert "credentials" not in created.json()
        del config["more"]
        changed = api.patch(f"{PATH}/{created.json()['id']}", json={"config": config}).json()
        assert changed["config"] == config


QUEUE = {**HOOK, "type": "aws_sqs", "config": {"queue_url": "q"}}
NEW_KEY = {"credentials": {"access_key": "hush"}}


def test_new_credentials_of_a_queue_are_not_stored(api, sim, simulation, advance):
    created = api.post(PATH, json={**QUEUE, **NEW_KEY}).json()
    advance("1s")
    changed = api.patch(f"{PATH}/{created['id']}", json=NEW_KEY)
    assert (changed.status_code, changed.json()["updated_at"]) == (200, "2025-01-15T09:30:01Z")
    lines = [line["what"] for line in sim.get("/timeline").json()["data"]]
    assert "credentials changed; they are not stored, since nothing uses them" in lines
    assert "hush" not in repr(simulation().world)


def test_a_destination_can_be_deleted_again(api):
    path = f"{PATH}/{api.post(PATH, json=HOOK).json()['id']}"
    assert [api.delete(path).json()["deleted"] for _ in "ab"] == [True, True]
    assert api.get(f"{path}/event-deliveries").status_code == 404
