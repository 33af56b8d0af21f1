"""From a method and a path to the row that answers."""

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.server.request import Answer
from deck_sim.server.routing import Route, Routes

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
def test_a_row_is_found_with_the_parameters_of_the_path(method, path, row, found):
    """HEAD is answered by the row for GET."""
    assert ROUTES.find(_scope(method, path)) == (row, {"id": found})


def _said(path):
    """What is said of a path that is no endpoint."""
    with pytest.raises(ApiError) as refusal:
        ROUTES.find(_scope("GET", path))
    assert refusal.value.status == 404
    return refusal.value.problems[0].message.removeprefix(f"`/v2{path}` is not an endpoint")


@pytest.mark.parametrize("path", ["/things/a/", "/things/a/go/"])
def test_a_path_with_a_slash_at_its_end_is_told_so(path):
    """It is no endpoint all the same."""
    assert _said(path) == "; without the slash at its end it is one."


@pytest.mark.parametrize("path", ["//things/a", "/things//go", "/things//", "/things/a//", "//x"])
def test_a_path_with_an_empty_part_is_told_so(path):
    """An id that is empty shows as two slashes."""
    assert _said(path) == ": the part between two of its slashes is empty."


@pytest.mark.parametrize("path", ["", "/", "/things", "/things/", "/other/", "/things/a/b/"])
def test_a_path_that_is_wrong_otherwise_is_told_nothing_of_slashes(path):
    """What is no endpoint without the slash either gets no such hint."""
    assert _said(path) == "."


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/thing/a", "/things/a"),
        ("/Things/a/", "/things/a"),
        ("/thing/go/goo", "/things/go/go"),
    ],
)
def test_a_misspelt_path_is_told_what_was_meant(path, near):
    """Parameters stay as they were written, since they may be anything."""
    assert _said(path) == f"; did you mean '/v2{near}'?"


def test_the_word_that_differs_most_says_whether_a_path_was_meant():
    """A long parameter or many right words do not make up for a wrong one."""
    assert _said(f"/other/{'a' * 50}") == _said("/things/a/stop") == "."


def test_a_path_that_is_below_something_twice_is_told_so():
    """A base URL that ends in what the client adds again is a common slip."""
    assert _said("/v2/things/a") == ": `/v2` is written twice."
    assert _said("/v2/other") == "."
