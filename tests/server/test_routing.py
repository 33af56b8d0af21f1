"""The route table."""

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.server.request import Answer
from deck_sim.server.routing import ENDPOINTS, Route, Routes, add_endpoint

GET, POST = (
    Route(method, path, lambda request: Answer({}))
    for method, path in [("GET", "/things/{id}"), ("POST", "/things/{id}/go")]
)
ROUTES = Routes([GET, POST])


def _scope(method, path, root="/v2"):
    return {"method": method, "path": root + path, "root_path": root}


@pytest.mark.parametrize(
    ("method", "path", "row", "found"),
    [
        ("GET", "/things/a", GET, "a"),
        ("HEAD", "/things/a b", GET, "a b"),
        ("POST", "/things/{id}/go", POST, "{id}"),
    ],
)
def test_a_route_is_found_with_its_parameters(method, path, row, found):
    """The route of GET answers HEAD."""
    assert ROUTES.find(_scope(method, path)) == (row, {"id": found})


def _hint(path):
    """The hint in the 404 of a path."""
    with pytest.raises(ApiError) as refusal:
        ROUTES.find(_scope("GET", path))
    assert refusal.value.status == 404
    return refusal.value.problems[0].message.removeprefix(f"`/v2{path}` is not an endpoint")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/things/a/", "; without the slash at its end it is one."),
        ("/things/a\n/", "; without the slash at its end it is one."),
        ("/things//go", ": the part between two of its slashes is empty."),
        ("/v2/things/a", ": `/v2` is written twice."),
        ("/other/", "."),
    ],
)
def test_a_path_that_is_nearly_right_gets_a_hint(path, hint):
    """It is a 404 all the same."""
    assert _hint(path) == hint


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/thing/a", "/things/a"),
        ("/Things/a/", "/things/a"),
        ("/thing/go/goo", "/things/go/go"),
        ("/things/a/go\n", "/things/a/go"),
    ],
)
def test_a_misspelt_path_gets_the_nearest_one(path, near):
    """Parameters stay as they were written."""
    assert _hint(path) == f"; did you mean '/v2{near}'?"


def test_the_end_of_one_path_gets_that_path():
    """Of two paths with this end, none is meant."""
    assert _hint("/go") == "; did you mean '/v2/things/{id}/go'?"
    both = Routes([POST, Route("POST", "/others/{id}/go", POST.endpoint)])
    with pytest.raises(ApiError, match=r"`/v2/go` is not an endpoint\.$"):
        both.find(_scope("POST", "/go"))


def test_two_endpoints_cannot_have_the_same_name(monkeypatch):
    """The second one would silently answer for the first."""
    monkeypatch.setitem(ENDPOINTS, "cancel_run", len)
    with pytest.raises(AssertionError, match="two endpoints are called cancel_run"):
        add_endpoint("cancel_run", len)
