"""`Deck` offers what the control API does."""

import re
from pathlib import Path

import deck_sim.handle
from deck_sim.operations import OPERATIONS

SOURCE = "".join(file.read_text() for file in Path(*deck_sim.handle.__path__).glob("*.py"))
CALLED = {
    (method, path.replace("{{id}}", "{id}"))
    for method, path in re.findall(r'"([A-Z]+)", f?"(/[^"]+)"', SOURCE)
}
LOGINS = re.compile("^/(connections|credentials|sessions)/")
# Left to the page and to other languages: an application's own calls do the same, or a new world.
WITHOUT = {
    ("DELETE", "/queue"),
    ("DELETE", "/scenarios/{name}"),
    ("DELETE", "/snapshots/{id}"),
    ("DELETE", "/storage/{id}"),
    ("POST", "/{path}/{id}/answer"),
    ("POST", "/event-destinations/{id}/activate"),
    ("POST", "/task-runs/{id}/answer"),
    ("POST", "/task-runs/{id}/cancel"),
}


def test_every_operation_that_changes_a_world_has_a_method():
    changing = {(method, LOGINS.sub("/{path}/", path)) for method, path in OPERATIONS}
    assert {one for one in changing - CALLED if one[0] != "GET"} == WITHOUT
