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
        ("/v2/**/*a*/b**", "GET /v2/x/y/-a-/b/c", True),
        ("/v2/**/*a*/b**", "GET /v2/x/y/a-/b/c", False),
        ("/v2/x**", "GET /v2/y", False),
    ],
)
def test_a_star_matches_one_segment(text, call, fits):
    """Two stars match any number of segments; an omitted method matches every method."""
    assert CallPattern.read(text).matches(*call.split()) is fits


def test_many_stars_take_little_time():
    """A regular expression with these takes hours."""
    pattern = CallPattern.read(f"/v2/tasks/{'*a' * 9}*/run")
    assert pattern.matches("POST", f"/v2/tasks/{'a' * 900}/run")
    assert not pattern.matches("POST", f"/v2/tasks/{'a' * 900}/ran")


def test_of_a_long_path_only_the_beginning_is_compared():
    """A client may send 60,000 characters, and a world has up to 1,000 patterns."""
    assert CallPattern.read("/v2/*b").matches("GET", f"/v2/{'a' * 995}b")
    assert not CallPattern.read("/v2/*b").matches("GET", f"/v2/{'a' * 996}b")
    assert CallPattern.read("/v2/**").matches("GET", f"/v2/{'a' * 996}b")


@pytest.mark.parametrize("text", ["", "POST", "POST v2/tasks", "GET /a b", "G-T /a"])
def test_other_text_is_refused(text):
    """The message shows a pattern."""
    with pytest.raises(ValueError, match="write it like `POST /v2/tasks"):
        CallPattern.read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("POST /tasks/*/run", "'/tasks/*/run' is not a path of the API; paths begin with `/v2`"),
        ("PSOT /v2/agents", "unknown method 'PSOT'; did you mean 'POST'?"),
        (f"/v2/{'*/' * 11}", "has more than 10 stars; one `**` matches any number of segments"),
        (f"/v2/{'*' * 497}", "is longer than 500 characters; use `*` or `**`"),
    ],
)
def test_a_pattern_that_no_call_can_match_is_refused(text, said):
    """It would silently never match."""
    with pytest.raises(ValueError, match=re.escape(said)):
        CallPattern.read(text)
