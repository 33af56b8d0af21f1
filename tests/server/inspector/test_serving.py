import re
from graphlib import TopologicalSorter
from posixpath import dirname, join, normpath

import pytest

from deck_sim.server.inspector.serving import FILES, MEDIA_TYPES, PAGE


@pytest.fixture
def get(deck_client):
    """Get a path below `/_sim/ui`, without a key."""

    def get(path="", **headers):
        url = deck_client.base_url.join(f"/_sim/ui{path}")
        return deck_client.get(url, headers={"Authorization": "", **headers})

    return get


def test_each_file_is_served_with_its_type(get):
    for name, file in FILES.items():
        answer = get(f"/{name}")
        assert answer.content == file.read_bytes() or name == PAGE
        assert answer.headers["content-type"].startswith(MEDIA_TYPES[file.suffix])


def test_the_whole_page_is_small():
    assert sum(file.stat().st_size for file in FILES.values()) < 260_000


def test_the_page_names_files_that_exist(get):
    names = re.findall(r'(?:href|src)="ui/([^"]+)"', get().text)
    assert {*names} > {"app.js", "look/style.css"}
    assert {*names} <= {*FILES}
    # The browser asks for all modules at once.
    assert {name for name in FILES if name.endswith(".js")} <= {*names}


def test_no_import_goes_in_a_circle():
    pattern = re.compile(r'^(?:import|\}) .*?from "(\.[^"]+)";', re.MULTILINE)
    imports = {
        name: {normpath(join(dirname(name), path)) for path in pattern.findall(file.read_text())}
        for name, file in FILES.items()
        if file.suffix == ".js" and not name.startswith("vendor/")
    }
    assert "parts/widgets.js" in imports["views/waiting.js"]
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the modules


def test_no_file_may_run_or_load_anything_foreign(get):
    for path in ("", "/app.js", "/", "/none.js"):
        headers = get(path).headers
        assert headers["cache-control"] == "no-cache"
        policy = headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= {*policy}
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_no_other_path_is_a_file(get):
    for path in ("/none.js", "/timeline", "/%2e%2e/serving.py", "/..%2fserving.py", "//etc"):
        answer = get(path)
        assert answer.status_code == 404
        assert "import" not in answer.text


def test_a_slash_at_the_end_leads_to_the_page(get):
    answer = get("/")
    assert answer.is_redirect
    assert answer.headers["location"] == "../ui"
