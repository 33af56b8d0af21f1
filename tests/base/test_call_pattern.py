"""Patterns of calls."""

import re

import pytest

from deck_sim.base.call_pattern import CallPattern


@pytest.mark.parametrize(
    ("text", "call", "fits"),
    [
        ("POST /v2/tasks/*/run", "POST /v2/tasks/task_1/run", True),
        ("POST /v2/tasks/*/run", "GET /v2/tasks/task_1/run", False),
        ("POST /v2/tasks/*/run", "POST /v2/tasks/a/b/run", False),
        ("get /v2/agents", "GET /v2/agents", True),
        ("* /v2/agents", "GET /v2/agents", True),
        ("/v2/**", "PATCH /v2/agents/agt_1", True),
        ("**", "DELETE /v2/agents/agt_1", True),
        ("/v2/a.b", "GET /v2/aXb", False),
        ("/v2/a*", "GET /v2/agents", True),
        ("/v2/agents/*", "GET /v2/agents/", False),
    ],
)
def test_a_star_is_one_part_of_a_path(text, call, fits):
    """Two stars are any number of them; a method that is left out is any."""
    assert CallPattern.read(text).matches(*call.split()) is fits


@pytest.mark.parametrize("text", ["", "POST", "POST v2/tasks", "GET /a b", "G-T /a"])
def test_what_is_no_pattern_is_refused(text):
    """The message shows how one is written."""
    with pytest.raises(ValueError, match="write it like `POST /v2/tasks"):
        CallPattern.read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("POST /tasks/*/run", "'/tasks/*/run' is not a path of the API; paths begin with `/v2`"),
        ("PSOT /v2/agents", "unknown method 'PSOT'; did you mean 'POST'?"),
    ],
)
def test_what_no_call_can_fit_is_refused(text, said):
    """It would be a pattern of nothing, silently."""
    with pytest.raises(ValueError, match=re.escape(said)):
        CallPattern.read(text)
