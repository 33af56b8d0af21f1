from refused_calls import wrong_answers

NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
SITE = {"type": "website", "website": {"url": "https://hotel.example"}}
LOGIN = {"source_id": "src_1", "auth_method": "none"}
SHARED = {
    "agents": [{"id": "agt_1", "name": "A"}],
    "sources": [{"id": "src_1", **SITE}],
    "tasks": [{"id": "task_1", "name": "T", "agent_id": "agt_1", "input_schema": NUMBER}],
}
RUN = {"task_id": "task_1", "input": {"n": 1}}
CONNECTED = {"connection_id": "conn_1", **RUN}
HOOK = {"name": "h", "type": "webhook", "events": ["*"]}
URL = {"url": "http://127.0.0.1:9/"}
PLAYS = {"id": "trun_asks", "scenario": "mfa_then_success"}
# By edition: the seeded resources, a webhook, a queue, and the table.
EDITIONS = {
    "connections": (
        {
            **SHARED,
            "connections": [{"id": "conn_1", **LOGIN}],
            "task_runs": [
                {**PLAYS, **CONNECTED},
                {"id": "trun_hangs", "scenario": "agent_hangs", **CONNECTED},
            ],
        },
        {**HOOK, "config": URL},
        {**HOOK, "type": "aws_sqs", "config": {"queue_url": "q"}},
        r"""
POST /tasks
  {} -> !name !agent_id
  {name: x, agent_id: nobody} -> 404 agent_not_found@agent_id
POST /tasks {name: x, agent_id: agt_1}
  {settings: {timeout_seconds: null}} -> !settings.timeout_seconds
POST /agents {name: x}
  {name: null} -> !name
  {name: ""} -> !name
  {name: [x]} -> name
  {nmae: 1} -> nmae
PATCH /agents/agt_1 {name: y}
  {name: null} -> !name
  {id: x} -> id
  {object: x} -> object
  {created_at: x} -> created_at
  {request_id: x} -> request_id
  {nmae: x} -> nmae
POST /sources {type: website, website: {url: "https://a.example"}}
  {website: {url: hotel, port: 1}} -> website.url website.port
  {website: {}} -> !website.url
  {type: web, website: 5} -> type website
PATCH /sources/src_1
  {website: {url: "https://a.example", ulr: 1}} -> website.ulr
  {website: null} -> !website
  {type: website} -> type
PATCH /tasks/task_1
  {name: null, settings: null, extraction: null} -> !name !extraction !settings
  {agent_id: agt_1, status: live} -> agent_id status
  {settings: {timeout_second: 1}} -> settings.timeout_second
  {settings: {timeout_seconds: 0}} -> settings.timeout_seconds
  {settings: {timeout_seconds: 31536001}} -> settings.timeout_seconds
  {input_schema: {type: strin}} -> input_schema.type
  {storage: {enabled: 1, "on": 1}} -> storage.enabled storage.on
  {storage: {extraction_schema: {type: x}}} -> storage.extraction_schema.type
  {name: 5, storage: {deduplication_schema: {type: x}}} -> name storage.deduplication_schema.type
POST /connections {source_id: src_1, auth_method: none}
  {source_id: null} -> !source_id
  {source_id: src_no} -> 404 source_not_found@source_id
  {source_id: hotel} -> source_invalid@source_id
  {source_id: src_<252>} -> source_invalid@source_id
  {auth_method: password} -> auth_method_invalid@auth_method
  {auth_method: null} -> !auth_method
  {auth_credentials: "a:x"} -> auth_credentials
  {auth_method: username_password, auth_credentials: []} -> auth_credentials
  {external_id: 7} -> external_id
PATCH /connections/conn_1
  {source_id: src_1, external_id: x} -> source_id
POST /tasks/task_1/run {connection_id: x, input: {n: x}}
  {connection_id: null} -> !connection_id input.n
  {connection_id: conn_1} -> input.n
  {} -> 404 connection_not_found@connection_id input.n
  {input: []} -> input connection_not_found@connection_id
  {connection_id: 5, input: [1]} -> connection_id input
  {zz: 1} -> zz connection_not_found@connection_id input.n
POST /task-runs/trun_hangs/interaction
  {inputs: {code: "1"}} -> 409 state_invalid@
POST /task-runs/trun_asks/interaction
  {} -> !inputs
  {inputs: null} -> !inputs
  {inputs: []} -> inputs
  {inputs: {}} -> !inputs.code
  {inputs: {code: ""}} -> !inputs.code
  {inputs: {cod: "1"}} -> !inputs.code inputs.cod
  {input: {code: "1"}} -> !inputs input
  {inputs: {code: {a: 1}}} -> inputs.code
  {inputs: {code: [1]}} -> inputs.code
  {inputs: {code: 123456}} -> inputs.code
  {inputs: {code: true}} -> inputs.code
POST /event-destinations {name: h, type: webhook, config: {url: "http://a"}, events: ["*"]}
  {name: ""} -> !name
  {type: smtp} -> type
  {events: []} -> events
  {events: ["*", agent.created]} -> events[0]
  {events: [agent.create]} -> events[0]
  {config: {}} -> !config.url
  {config: {url: "http://a..b/"}} -> config.url
  {credentials: {secret: hush}} -> credentials.secret
  {credentials: {key: x}} -> credentials.key
  {config: {url: "http://a", custom_headers: no JSON}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: "[1]"}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"X-Key": 1}'}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"": "x"}'}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"X Y": "x"}'}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"Host": "x"}'}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"Webhook-Signature": "x"}'}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"X-Key": "a\r\nX: b"}'}} -> config.custom_headers
  {config: {url: "http://a", custom_headers: '{"X-Key": "☂"}'}} -> config.custom_headers
PATCH /event-destinations/{hook}
  {config: {}} -> !config.url
  {config: {url: "http://:1/"}} -> config.url
  {credentials: {secret: x}, name: n} -> credentials.secret
  {events: [x], status: inactive} -> events[0]
  {name: null, status: null, events: null} -> !name !events !status
  {status: pending_verification} -> status
  {type: aws_sqs} -> type
POST /event-destinations {name: q, events: [x], config: {region: "", queue_url: null}}
  {type: aws_sqs} -> !config.queue_url events[0]
  {type: aws_kinesis} -> !config.stream_name !config.region events[0]
  {type: aws_s3, config: {}} -> !config.bucket !config.region events[0]
  {type: aws_eventbridge} -> !config.event_bus_name !config.region events[0]
  {type: gcp_pubsub, config: null} -> !config.project_id !config.topic events[0]
  {type: azure_servicebus} -> !config.name events[0]
  {type: rabbitmq} -> !config.exchange !config.server_url events[0]
  {type: hookdeck} -> events[0]
PATCH /event-destinations/{queue}
  {config: {queue_url: ""}} -> !config.queue_url
GET /tasks
  ?limit=0 -> limit
  ?limit=101 -> limit
  ?limit= -> limit
  ?limit=ten -> limit
  ?limit=1.0 -> limit
  ?limit=%2B5 -> limit
  ?limit=%D9%A3 -> limit
  ?limit=00001 -> limit
  ?limit=5&limit=500 -> limit
  ?status=done -> status
  ?status=learning&status=done -> status
  ?status[]= -> status
  ?cursor=x -> cursor
  ?cursor=%C3%A9 -> cursor
  ?cursor=%FF%00 -> cursor
  ?created_after=soon -> created_after
  ?created_before=9999-12-31T23:59:59-05:00 -> created_before
GET /events
  ?limit=0&cursor=x&created_after=soon -> limit cursor created_after
DELETE /agents/nope
  ? -> 404 agent_not_found@
GET /task-runs/trun_no/storage
  ? -> 404 task_run_not_found@
GET /task-runs/trun_no/screenshots
  ? -> 404 task_run_not_found@
""",
    ),
    "credentials": (
        {
            **SHARED,
            "credentials": [{"id": "cred_1", **LOGIN}, {"id": "cred_2", **LOGIN}],
            "sessions": [{"id": "sess_1", "credential_id": "cred_1"}],
            "task_runs": [{**PLAYS, "credential_id": "cred_1", **RUN}],
        },
        {**HOOK, "webhook": URL},
        {**HOOK, "type": "aws_sqs", "aws_sqs": {"queue_url": "q"}},
        r"""
POST /tasks {name: x, agent_id: agt_1}
  {id: mine} -> id
  {id: task_} -> id
  {id: task_a/b} -> id
  {id: task_<251>} -> id
  {id: "task_a\n"} -> id
  {id: 5} -> id
  {storage: {extraction: true}} -> !storage.extraction_schema
PATCH /tasks/task_1
  {storage: {deduplication: true, extraction_schema: {}}} -> !storage.deduplication_schema
POST /tasks/task_1/run {input: {n: 1}}
  {} -> !credential_id
  {credential_id: cred_x} -> 404 credential_not_found@credential_id
  {session_id: a, source_id: src_x} -> 404 source_not_found@source_id session_not_found@session_id
  {credential_id: cred_1, session_id: sess_x} -> 404 session_not_found@session_id
  {credential_id: cred_2, session_id: sess_1} -> credential_id
GET /task-runs
  ?outcome=sucess -> outcome
POST /task-runs/trun_asks/interaction
  {inputs: {code: "123456"}} -> !input inputs
  {input: {}} -> !input.code
PATCH /credentials/cred_1
  {auth_method: username_password} -> !auth_credentials.username !auth_credentials.password
POST /credentials {source_id: src_1, auth_method: none}
  {auth_credentials: {source_fields: {Branch: "1"}}} -> auth_credentials.source_fields.Branch
  {auth_credentials: {source_fields: {1st: "1"}}} -> auth_credentials.source_fields.1st
  {auth_credentials: {source_fields: {branch: 12}}} -> auth_credentials.source_fields.branch
  {auth_credentials: {source_fields: {password: x}}} -> auth_credentials.source_fields.password
  {auth_credentials: {source_fields: {<65>: x}}} -> auth_credentials.source_fields.<65>
  {auth_credentials: {source_fields: MANY}} -> auth_credentials.source_fields
POST /event-destinations {name: h, type: webhook, events: ["*"], webhook: {url: "http://a/"}}
  {aws_sqs: {}} -> aws_sqs
  {webhook: {url: "ftp://x"}} -> webhook.url
  {webhook: {url: "http://a/", secret: short}} -> webhook.secret
  {webhook: {url: "http://a/", custom_headers: "no"}} -> webhook.custom_headers
  {config: {}} -> config
  {webhook: null} -> !webhook.url
  {webhook: {url: ""}} -> !webhook.url
POST /event-destinations {name: h, type: aws_s3, events: ["*"]}
  {rabbitmq: {}} -> !aws_s3.bucket !aws_s3.region rabbitmq
PATCH /event-destinations/{hook}
  {aws_sqs: {}} -> aws_sqs
  {webhook: {url: "ftp://x"}} -> webhook.url
  {webhook: {secret: short}} -> webhook.secret
  {webhook: {custom_headers: "no"}} -> webhook.custom_headers
  {config: {}} -> config
  {webhook: null} -> !webhook
  {webhook: {url: ""}} -> !webhook.url
PATCH /event-destinations/{queue}
  {aws_sqs: {queue_url: ""}, aws_s3: {}} -> !aws_sqs.queue_url aws_s3
""".replace("MANY", str({f"field_{number}": "x" for number in range(11)})),
    ),
}


def test_a_wrong_call_is_refused_at_its_fields(api, sim, unchanged, advance):
    wrong = []
    for edition, (resources, webhook, queue, table) in EDITIONS.items():
        sim.post("/reset", json={"edition": edition})
        sim.call("POST", "/seed", {"resources": resources})
        advance("12s")
        destinations = [api.post("/event-destinations", json=body) for body in (webhook, queue)]
        hook, queue = (destination.json()["id"] for destination in destinations)
        with unchanged():
            wrong += wrong_answers(api, table, hook=hook, queue=queue)
    assert wrong == []


def test_an_unknown_id_is_not_found(api, unchanged):
    kinds = {"agents": "agent", "sources": "source", "tasks": "task", "connections": "connection"}
    kinds |= {"task-runs": "task_run", "events": "event", "storage": "storage"}
    with unchanged():
        for path, kind in kinds.items():
            for name in ("nope", "x" * 20_000, "%00", "%FF", "%F0%9F%98%80", "a%20b", "{id}"):
                answer = api.get(f"/{path}/{name}")
                code = answer.json()["errors"][0]["code"]
                assert (answer.status_code, code) == (404, f"{kind}_not_found"), (path, name)
