"""HTTP conventions: unusual and invalid calls, a row each."""

import pytest

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
AGENT = b'{"name": "A"}'
LONG = "x" * 255


@pytest.fixture(autouse=True)
def seeded(sim):
    """Agents with usual, unusual and very long ids."""
    agents = [{"id": found, "name": "A"} for found in ("agt_1", "agt 2", "ä", LONG)]
    assert sim.post("/seed", json={"resources": {"agents": agents}}).status_code == 200


def _with(content, kind=None):
    return {"content": content, "headers": {"Content-Type": kind} if kind else {}}


ACCEPTED = {
    "a GET with a content type": ("GET", "/agents/agt_1", _with(None, JSON), 200),
    "a GET with a body": ("GET", "/agents/agt_1", _with(b"{oops", JSON), 200),
    "a DELETE with a body": ("DELETE", "/agents/agt_1", _with(b"{}", JSON), 200),
    "HEAD": ("HEAD", "/agents/agt_1", {}, 200),
    "JSON without a content type": ("POST", "/agents", _with(AGENT), 201),
    "JSON as text": ("POST", "/agents", _with(AGENT, "text/plain"), 201),
    "JSON as a form, as curl sends it": ("POST", "/agents", _with(AGENT, FORM), 201),
    "JSON with a charset": ("POST", "/agents", _with(AGENT, f"{JSON}; charset=utf-8"), 201),
    "two equal names": ("POST", "/agents", _with(b'{"name": 1, "name": "A"}', JSON), 201),
    "an id that needs no escape, escaped": ("GET", "/agents/agt%5F1", {}, 200),
    "an id that needs one": ("GET", "/agents/agt%202", {}, 200),
    "an id beyond ASCII": ("GET", "/agents/%C3%A4", {}, 200),
    "an id of 255 characters": ("GET", f"/agents/{LONG}", {}, 200),
    "a path that is escaped": ("GET", "/%61gents/agt_1", {}, 200),
    "a command without a body": ("GET", "/test", {}, 200),
    "a parameter given twice": ("GET", "/agents?limit=2&limit=1", {}, 200),
    "a query on a create": ("POST", "/agents?a=1", _with(AGENT, JSON), 201),
}
REFUSED = {
    "PUT": ("PUT", "/agents/agt_1", _with(AGENT), 405, "method_not_allowed"),
    "an escaped slash": ("GET", "/agents/a%2Fb", {}, 404, "endpoint_not_found"),
    "an id in another case": ("GET", "/agents/AGT_1", {}, 404, "agent_not_found"),
    "bytes that are not UTF-8": ("GET", "/agents/%FF", {}, 404, "agent_not_found"),
    "no body": ("POST", "/agents", {}, 400, "body_invalid"),
    "an empty change": ("PATCH", "/agents/agt_1", _with(b"", JSON), 400, "body_invalid"),
    "not UTF-8": ("POST", "/agents", _with(b'{"name": "\xff"}', JSON), 400, "body_invalid"),
}


@pytest.mark.parametrize(("method", "path", "request_", "status"), ACCEPTED.values(), ids=ACCEPTED)
def test_an_unusual_call_is_accepted(api, method, path, request_, status):
    answer = api.request(method, path, **request_)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == JSON


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "code"), REFUSED.values(), ids=REFUSED
)
def test_an_invalid_call_is_refused(errors, method, path, request_, status, code):
    assert [found for found, _ in errors(method, path, status, **request_)] == [code]


@pytest.mark.parametrize("kind", [FORM, FORM.upper(), "multipart/form-data; boundary=x"])
def test_broken_json_is_not_taken_for_a_form(refused, kind):
    """Curl sends JSON as a form by default."""
    answer = refused("POST", "/agents", 400, **_with(b' {"name": "A",}', kind))
    assert answer.json()["errors"][0]["message"].startswith("The body is not JSON: ")


@pytest.mark.parametrize("kind", [FORM, FORM.upper(), "multipart/form-data; boundary=x"])
def test_a_form_body_is_named_as_such(refused, kind):
    """The message names the form encoding, not a JSON position."""
    answer = refused("POST", "/agents", 400, **_with(b"name=A", kind))
    assert answer.json()["errors"][0]["message"] == (
        "The body is form-encoded; it must be a JSON object, as `application/json`."
    )


def test_head_has_the_length_of_the_answer_to_get(api):
    """HEAD is GET without the body: errors included, which then have their status alone."""
    for path in ("/agents/agt_1", "/agents", "/agents/nobody", "/nothing"):
        head, get = api.head(path), api.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_a_preflight_is_refused(api):
    """There are no CORS headers, and OPTIONS is a 405."""
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = api.options("/agents", headers=headers)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, GET")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_path_without_v2_gets_a_hint(api):
    """The message has the path with `/v2` if that is an endpoint, in place of another version."""
    root = f"{api.base_url}".partition("/v2")[0]
    paths = ("agents", "v1/agents", "api/v2/agents", "v1/agentz", "v1/_sim/world", "v2/_sim/world")
    answers = [api.get(f"{root}/{path}").json() for path in paths]
    assert [answer["errors"][0]["message"] for answer in answers] == [
        "`/agents` is not an endpoint; `/v2/agents` is one.",
        "`/v1/agents` is not an endpoint; `/v2/agents` is one.",
        "`/api/v2/agents` is not an endpoint; `/v2/agents` is one.",
        "`/v1/agentz` is not an endpoint.",
        "`/v1/_sim/world` is not an endpoint; the control API is at `/_sim/world`.",
        "`/v2/_sim/world` is not an endpoint; the control API is at `/_sim/world`.",
    ]
    (error,) = api.get(f"{root}/v1/credentials").json()["errors"]
    assert error["message"].startswith("`/v2/credentials` is an endpoint of the `credentials`")


def test_the_last_of_repeated_parameters_counts(api):
    """`limit`, `cursor` and the moments take the last value; a filter takes all."""
    page = api.get("/agents?limit=2&limit=1").json()
    assert len(page["data"]) == 1
    moments = "created_after=2030-01-01&created_after=2020-01-01"
    assert len(api.get(f"/agents?{moments}").json()["data"]) == 4


def test_a_cursor_of_another_world_is_refused(api, key):
    """A cursor names an item, so it works where that item exists."""
    made = [api.post("/agents", json={"name": "A"}).json()["id"] for _ in "ab"]
    cursor = api.get("/agents?limit=1").json()["next_cursor"]
    other = {"Authorization": f"Bearer {key}_other"}
    answer = api.get(f"/agents?cursor={cursor}", headers=other)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")
    for _ in "ab":
        api.post("/agents", json={"name": "A"}, headers=other)
    page = api.get(f"/agents?cursor={cursor}", headers=other).json()
    assert [item["id"] for item in page["data"]] == made[:1]


@pytest.mark.parametrize(("length", "status"), [(255, 200), (256, 400)])
@pytest.mark.parametrize("kind", ["agents", "sources", "tasks", "connections"])
def test_seeded_ids_have_up_to_255_characters(sim, kind, length, status):
    """A longer id is refused with its place."""
    source = {"type": "website", "website": {"url": "https://hotel.example"}}
    sim.post("/seed", json={"resources": {"sources": [{"id": "src_1", **source}]}})
    bodies = {
        "agents": {"name": "A"},
        "sources": source,
        "tasks": {"name": "T", "agent_id": LONG},
        "connections": {"source_id": "src_1", "auth_method": "none"},
    }
    item = {"id": "y" * length, **bodies[kind]}
    answer = sim.post("/seed", json={"resources": {kind: [item]}})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["errors"][0]["field"] == f"resources.{kind}[0].id"


def test_long_ids_work_everywhere(api, sim, advance):
    """A run with ids of 255 characters plays, and is listed and delivered."""
    source = {"id": "s" * 255, "type": "website", "website": {"url": "https://hotel.example"}}
    connection = {"id": "c" * 255, "source_id": source["id"], "auth_method": "none"}
    task = {"id": "t" * 255, "name": "T", "agent_id": LONG}
    resources = {"sources": [source], "connections": [connection], "tasks": [task]}
    sim.post("/seed", json={"resources": resources})
    run = api.post(f"/tasks/{task['id']}/run", json={"connection_id": connection["id"]}).json()
    advance("1h")
    found = api.get(f"/task-runs?task_id={task['id']}&connection_id={connection['id']}").json()
    assert [item["id"] for item in found["data"]] == [run["id"]]
    assert found["data"][0]["status"] == "completed"
    first = api.get("/agents?limit=1").json()
    assert first["data"][0]["id"] == LONG
    assert len(api.get(f"/agents?cursor={first['next_cursor']}").json()["data"]) == 3
