"""Patterns of calls against the calls of an edition."""

import pytest

from deck_sim.contract.call_paths import explain_mismatch
from deck_sim.contract.editions import EDITIONS


def explain(pattern, *editions):
    """Why no call matches the pattern."""
    return explain_mismatch(pattern, editions or ("credentials",))


@pytest.mark.parametrize("name", EDITIONS)
def test_a_pattern_of_any_operation_is_allowed(name):
    """With stars or an id in its path, with and without its method."""
    for row in EDITIONS[name].every_operation:
        for id_ in ("*", "x_1", "x*"):
            path = f"/v2{row.path.replace('{id}', id_)}"
            assert explain(f"{row.method} {path}", name) is None
            assert explain(path, name) is None


@pytest.mark.parametrize(
    "pattern",
    [
        *("**", "GET **", "PUT /v2/**", "DELETE /*", "/v2/task*", "POST /v2/*/*/run", "/v2/**/run"),
        *("HEAD /v2/agents", "POST /**/run", "/v2/task-runs/**", "/v2/tasks/task_1/r*n"),
    ],
)
def test_stars_can_match_an_operation(pattern):
    """Anywhere in the path; a method alone may be any."""
    assert explain(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "end"),
    [
        ("POST /v2/task/*/run", "; did you mean 'POST /v2/tasks/*/run'?"),
        ("POST /v2/task/task_1/run", "; did you mean 'POST /v2/tasks/task_1/run'?"),
        ("/v2/agent", "; did you mean '/v2/agents'?"),
        ("/v2/task-run/**", "; did you mean '/v2/task-runs/**'?"),
        ("GET /v2/agents/", "; did you mean 'GET /v2/agents'?"),
        ("PUT /v2/agents/*", "; that path takes `DELETE`, `GET`, `HEAD` and `PATCH`"),
        ("GET /v2/agents?limit=5", "; a pattern has no query, so write the path alone"),
        ("POST /v2/connections", "; it is one of the edition `connections`"),
        ("POST /v2/task-runs/a/b/cancel", "; did you mean 'POST /v2/task-runs/*/cancel'?"),
        ("GET /v2/nothing/like/this", ""),
        ("/v2/", ""),
    ],
)
def test_a_pattern_that_no_operation_matches_is_explained(pattern, end):
    """With the nearest call, the methods, or the edition that has it."""
    assert explain(pattern) == f"no call of the edition `credentials` can match {pattern!r}{end}"


def test_a_call_of_one_edition_is_one_of_several():
    """If no edition has it, the text says so."""
    assert explain("POST /v2/connections", *EDITIONS) is None
    assert explain("/v2/agent", *EDITIONS).startswith("no call of any edition can match")
