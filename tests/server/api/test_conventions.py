import pytest

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
AGENT = b'{"name": "A"}'
LONG = "x" * 255


@pytest.fixture(autouse=True)
def seeded(sim):
    agents = [{"id": id_, "name": "A"} for id_ in ("agt_1", "agt_2", "agt 2", "ä", LONG)]
    assert sim.post("/seed", json={"resources": {"agents": agents}}).status_code == 200


def _with(content, kind=None):
    return {"content": content, "headers": {"Content-Type": kind} if kind else {}}


ACCEPTED = {
    "a GET with a content type": ("GET", "/agents/agt_1", _with(None, JSON), 200),
    "a GET with a body": ("GET", "/agents/agt_1", _with(b"{oops", JSON), 200),
    "a DELETE with a body": ("DELETE", "/agents/agt_2", _with(b"{}", JSON), 200),
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
    "a line break in an id": ("GET", "/agents/a%0Ab", {}, 404, "agent_not_found"),
    "bytes that are not UTF-8": ("GET", "/agents/%FF", {}, 404, "agent_not_found"),
    "no body": ("POST", "/agents", {}, 400, "body_invalid"),
    "an empty change": ("PATCH", "/agents/agt_1", _with(b"", JSON), 400, "body_invalid"),
    "not UTF-8": ("POST", "/agents", _with(b'{"name": "\xff"}', JSON), 400, "body_invalid"),
}


def test_an_unusual_call_is_accepted(api):
    wrong = []
    for name, (method, path, request, status) in ACCEPTED.items():
        answer = api.request(method, path, **request)
        if (answer.status_code, answer.headers["Content-Type"]) != (status, JSON):
            wrong.append((name, answer.status_code, answer.text))
    assert wrong == []


def test_an_invalid_call_is_refused(errors):
    for name, (method, path, request, status, code) in REFUSED.items():
        assert [code_ for code_, _ in errors(method, path, status, **request)] == [code], name


def test_a_form_body_is_named_as_such(refused):
    for kind in (FORM, FORM.upper(), "multipart/form-data; boundary=x"):
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
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = api.options("/agents", headers=headers)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, GET")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_path_without_v2_gets_a_hint(api):
    root = f"{api.base_url}".partition("/v2")[0]
    agents, control = "; call `/v2/agents`.", "; the control API is at `/_sim/world`."
    for path, hint in [
        *(("/agents", agents), ("/v1/agents", agents), ("/api/v2/agents", agents)),
        *(("/v1/_sim/world", control), ("/v2/_sim/world", control), ("/v1/things", ".")),
    ]:
        (error,) = api.get(f"{root}{path}").json()["errors"]
        assert error["message"] == f"`{path}` is not an endpoint{hint}"
    (error,) = api.get(f"{root}/v1/credentials").json()["errors"]
    assert error["message"].startswith("`/v2/credentials` is an endpoint of the `credentials`")
