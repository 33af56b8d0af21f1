import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.server.routing import Routes

ROUTES = Routes("/v2", {("GET", "/things/{id}"): "got", ("POST", "/things/{id}/go"): "gone"})


def _hint(path):
    with pytest.raises(ApiError) as refusal:
        ROUTES.find("GET", f"/v2{path}")
    assert refusal.value.status == 404
    return refusal.value.problems[0].message.removeprefix(f"`/v2{path}` is not an endpoint")


def test_a_path_that_is_nearly_right_gets_a_hint():
    slash = "; remove the slash at its end."
    hints = {
        "/things/a/": slash,
        "/things/a\n/": slash,
        "/things//go": ": a segment of the path is empty.",
        "/v2/things/a": ": `/v2` is written twice.",
        "/other/": ".",
        "/{id}/go": "; did you mean '/v2/things/{id}/go'?",
        "/thing/a": "; did you mean '/v2/things/a'?",
        "/Things/a/": "; did you mean '/v2/things/a'?",
        "/thing/go/goo": "; did you mean '/v2/things/go/go'?",
        "/things/a/go\n": "; did you mean '/v2/things/a/go'?",
    }
    assert {path: _hint(path) for path in hints} == hints
