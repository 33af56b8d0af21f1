import re

import pytest

from deck_sim.base.call_pattern import CallPattern


def test_a_star_matches_one_segment_and_two_stars_any_number():
    """An omitted method matches every method."""
    matching = [
        ("POST /v2/tasks/*/run", "POST /v2/tasks/task_1/run"),
        ("get /v2/agents", "GET /v2/agents"),
        ("* /v2/agents", "GET /v2/agents"),
        ("/v2/**", "PATCH /v2/agents/agt_1"),
        ("**", "DELETE /v2/agents/agt_1"),
        ("/v2/a*", "GET /v2/agents"),
        ("/v2/**/*a*/b**", "GET /v2/x/y/-a-/b/c"),
        ("/v2/**", "GET /v2/agents/a\nb"),
    ]
    others = [
        ("POST /v2/tasks/*/run", "GET /v2/tasks/task_1/run"),
        ("POST /v2/tasks/*/run", "POST /v2/tasks/a/b/run"),
        ("/v2/a.b", "GET /v2/aXb"),
        ("/v2/agents/*", "GET /v2/agents/"),
        ("/v2/x**", "GET /v2/y"),
    ]
    matches = [
        (pattern, call)
        for pattern, call in matching + others
        if CallPattern.read(pattern).matches(*call.split(" ", 1))
    ]
    assert matches == matching


def test_a_pattern_that_no_call_can_match_is_refused():
    no_pattern = ["", "POST", "POST v2/tasks", "GET /a b", "/v2/agents?limit=1"]
    messages = dict.fromkeys(no_pattern, "write it like `POST /v2/tasks")
    for path in ("/v2/tasks/{id}", "/v2/tasks/<id>", "/v2/tasks/:id"):
        messages[path] = f"'{path}' has a parameter; write `*` for that segment"
    messages["POST /tasks/*/run"] = "'/tasks/*/run' is not an API path; paths begin with `/v2`"
    messages["PSOT /v2/agents"] = "unknown method 'PSOT'; did you mean 'POST'?"
    for text, message in messages.items():
        with pytest.raises(ValueError, match=re.escape(message)):
            CallPattern.read(text)
