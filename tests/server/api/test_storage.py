import json

import httpx2
import pytest

from deck_sim.engine.files import SCREENSHOT_IMAGE

CSV = "{name: a.csv, type: text/csv, content: 'day,amount', extraction: {total: '{{ 1 + 1 }}'},"
CSV += " metadata: {page: '{{ 3 }}'}}"
KEEPS = {"enabled": True}


@pytest.fixture
def play(api, sim, task, connection, run_task, advance):
    """Run a task whose script has these effects, to its end; return the run's path."""

    def play(*effects, storage=KEEPS, login=connection):
        steps = ", ".join(["running", *effects, "completed"])
        text = f"version: 1\nname: story\ntask_run: [{steps}]"
        assert sim.put("/scenarios/story", content=text).status_code == 200
        assert api.patch(f"/tasks/{task['id']}", json={"storage": storage}).status_code == 200
        run = run_task("story", connection_id=login["id"])
        advance("1m")
        return f"/task-runs/{run['id']}"

    return play


@pytest.fixture
def stored(api):
    return lambda run: api.get(f"{run}?include=storage").json()["storage"]


def fetch(url):
    return httpx2.get(url, trust_env=False)


def test_a_file_becomes_a_storage_item(api, sim, play):
    run = play(f"file: {CSV}")
    (item,) = api.get(f"{run}/storage").json()["data"]
    assert api.get(f"{run}?include=storage").json()["storage"] == [item]
    assert (item["object"], item["metadata"]) == ("storage", {"page": 3})
    assert item["fetch_date"] == item["created_at"]
    assert item["id"].startswith("stor_")
    assert (item["file_name"], item["file_type"], item["file_size"]) == ("a.csv", "text/csv", 10)
    assert item["task_run_id"] == run.rpartition("/")[2]
    assert "storage.created" in [event["type"] for event in sim.get("/events").json()["data"]]
    assert api.get(f"/storage/{item['id']}").json().items() >= item.items()
    sim.delete(f"/storage/{item['id']}")
    assert sim.get("/events").json()["data"][-1]["type"] == "storage.deleted"


def test_listing_files_polls_the_run(api, sim, run_task):
    run_task()
    sim.put("/clock", json={"mode": "on_poll"})
    for part in ("storage", "screenshots"):
        run = run_task()
        for _ in range(9):
            api.get(f"/task-runs/{run['id']}/{part}")
        assert sim.get("/task-runs").json()["data"][-1]["status"] == "completed"


def test_files_and_screenshots_are_downloaded_without_a_key(api, play, stored):
    run = play(f"file: {CSV}", "screenshot: {name: a.png, reasoning: Done.}")
    (item,), (shot,) = stored(run), api.get(f"{run}/screenshots").json()["data"]
    file, picture = fetch(item["url"]), fetch(shot["url"])
    assert (file.status_code, file.content) == (200, b"day,amount")
    assert "Deck-Sim-Version" in file.headers
    assert file.headers["Content-Type"].startswith("text/csv")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content == SCREENSHOT_IMAGE
    assert len(picture.content) == shot["file_size"]


def test_a_file_is_downloaded_under_its_name(play, stored):
    """A name that is no plain word is spelled as RFC 6266 says."""
    for name, header in [
        ("a-b.csv", 'attachment; filename="a-b.csv"'),
        ('a "b".csv', "attachment; filename*=UTF-8''a%20%22b%22.csv"),
        ("für 部屋.csv", "attachment; filename*=UTF-8''f%C3%BCr%20%E9%83%A8%E5%B1%8B.csv"),
    ]:
        (item,) = stored(play(f"file: {{name: {json.dumps(name)}}}"))
        headers = fetch(item["url"]).headers
        assert headers["Content-Disposition"] == header
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_wrong_url_is_a_404(play, stored):
    (item,) = stored(play("file: a.txt"))
    for old, new in [
        ("signature=", "signature=0"),
        ("signature=", "signed="),
        ("/stor_", "/stor_0"),
        ("/_sim/files/", "/_sim/files/0"),
    ]:
        assert old in item["url"]
        answer = fetch(item["url"].replace(old, new))
        assert answer.status_code == 404
        assert b"no such file, or a wrong signature" in answer.content


def test_extraction_is_shown_if_the_task_extracts(play, stored):
    """Otherwise `extraction` is null. In `connections` the task needs no schema."""
    for extracts, extraction in [(True, {"total": 2}), (False, None)]:
        storage = {"enabled": True, "extraction": extracts}
        (item,) = stored(play(f"file: {CSV}", storage=storage))
        assert item["extraction"] == extraction


def test_each_file_of_a_run_has_an_extraction_of_its_own(play, stored):
    schema = {"properties": {"total": {"type": "number"}}}
    storage = {"enabled": True, "extraction": True, "extraction_schema": schema}
    first, second = stored(play("file: a", "file: b", storage=storage))
    assert first["extraction"] != second["extraction"]


def test_files_and_screenshots_are_kept_for_a_time(api, sim, advance, play, stored):
    run = play("file: a", "screenshot")
    (item,), (shot,) = stored(run), api.get(f"{run}/screenshots").json()["data"]
    events = len(sim.get("/events").json()["data"])
    advance("15d")
    assert api.get(f"{run}/screenshots").json()["data"] == []
    assert (len(stored(run)), fetch(shot["url"]).status_code) == (1, 404)
    advance("75d")
    assert (stored(run), fetch(item["url"]).status_code) == ([], 404)
    assert api.get(f"/storage/{item['id']}").status_code == 404
    assert len(sim.get("/events").json()["data"]) == events


def test_the_same_bytes_are_kept_once_if_the_task_deduplicates(play, stored):
    files = [f"file: {{name: {name}, content: {text}}}" for name, text in ("ax", "bx", "cy")]
    for deduplicates, names in [(True, ["c", "a"]), (False, ["c", "b", "a"])]:
        run = play(*files, storage={"enabled": True, "deduplication": deduplicates})
        assert [item["file_name"] for item in stored(run)] == names


def test_another_login_may_keep_the_same_bytes(api, source, play, stored):
    body = {"source_id": source["id"], "auth_method": "none"}
    other = api.post("/connections", json=body).json()
    storage = {"enabled": True, "deduplication": True}
    play()  # connects
    mine, again = (play("file: a", storage=storage) for _ in "12")
    others = play("file: a", storage=storage, login=other)
    assert [len(stored(run)) for run in (mine, again, others)] == [1, 0, 1]


def test_screenshots_come_page_by_page_oldest_first(api, play):
    run = play(*(f"screenshot: {name}.png" for name in "abc"))
    first = api.get(f"{run}/screenshots?limit=2").json()
    last = api.get(f"{run}/screenshots", params={"cursor": first["next_cursor"]}).json()
    assert [shot["file_name"] for shot in first["data"]] == ["a.png", "b.png"]
    assert [shot["file_name"] for shot in last["data"]] == ["c.png"]
    assert last["next_cursor"] is None
    run = api.get(f"{run}?include=artifacts,screenshots").json()
    assert run["artifacts"] == {"screenshots": run["screenshots"]}
    assert run["screenshots"] == [*first["data"], *last["data"]]


def test_a_page_of_screenshots_goes_on_behind_one_that_is_too_old(api, advance, play):
    run = play("screenshot: a.png", "running: 10s", "screenshot: b.png")
    cursor = api.get(f"{run}/screenshots?limit=1").json()["next_cursor"]
    advance("14d23h59m5s")  # a minute has passed since the first one
    page = api.get(f"{run}/screenshots", params={"cursor": cursor})
    assert [shot["file_name"] for shot in page.json()["data"]] == ["b.png"]


def test_the_event_of_a_file_has_the_external_id_of_its_login(api, source, advance, play):
    body = {"source_id": source["id"], "auth_method": "none", "external_id": "customer-17"}
    login = api.post("/connections", json=body).json()
    advance("1m")
    play("file: a", login=login)
    created = api.get("/events?type=storage.created").json()["data"]
    assert [event["data"]["external_id"] for event in created] == ["customer-17"]
