"""Fixtures for tests in a browser.

A test that uses `page` or `new_page` runs in the thread of the browser. Other fixtures run in the
main thread: they cannot use a page, but may return a function that does.
"""

import os
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from browser import MISSING, Browser, Watch, find_chromium
from playwright.sync_api import expect

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server


@pytest.fixture(scope="session")
def browser():
    if os.environ.get("DECK_SIM_NO_BROWSER") == "1":
        pytest.skip("DECK_SIM_NO_BROWSER=1")
    path = find_chromium()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    browser = Browser(path)
    yield browser
    browser.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test that uses a page in the thread of the browser."""
    if "browser" not in pyfuncitem.fixturenames:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    pyfuncitem.funcargs["browser"].run(pyfuncitem.obj, **arguments)
    return True


@pytest.fixture
def watch(server, key):
    """A watch over the pages of the test, which fails at its end if there are `complaints`."""
    return Watch(server.url, key)


@pytest.fixture
def new_page(browser, watch):
    """Open a page in a new context, with options such as `color_scheme` and `viewport`."""
    yield lambda **options: browser.new_page(watch, **options)
    browser.close_pages()
    assert watch.complaints == []


@pytest.fixture
def page(browser, new_page):
    return browser.run(new_page, viewport={"width": 1280, "height": 800})


@pytest.fixture
def open_tab(server, key):
    """Open a tab of the inspector on the world of the test, with more of what its address names."""

    def open_tab(page, tab="timeline", **place):
        page.goto(f"{server.url}/_sim/ui#{urlencode({'key': key, 'tab': tab, **place})}")
        expect(page.locator(".live-live")).to_be_attached()
        return page

    return open_tab


@pytest.fixture
def busy_world(api, sim, run_task, advance, subscribe, receiver):
    """A world with something of everything: each state of a run, and each kind of mark."""
    receiver.say(500, 500, 200)
    subscribe("task_run.completed", "task_run.failed")
    sim.post("/holds", json={"event": "task_run.completed"})
    for scenario in ("mfa_then_success", "needs_approval", "source_down", "downloads_statement"):
        run_task(scenario)
    advance("20s")
    sim.post("/faults", json={"match": "GET /v2/agents", "status": 502})
    api.get("/agents")
    api.get("/agents/agt_none")
    run_task("slow_success")
    return sim


@pytest.fixture
def start_server(watch):
    """Start a server of the test's own, which has no worlds of other tests."""
    with ExitStack() as stack:

        def start_server(port=0, **settings):
            server = stack.enter_context(Server(WorldRegistry(**settings), port=port))
            watch.origin = server.url
            return server

        yield start_server
