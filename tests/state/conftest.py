"""Fixtures for tests of state files."""

import shutil
import socket

import httpx2
import pytest
from whole_world import whole

from deck_sim.base import real_time
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.library import shipped
from deck_sim.server.uvicorn_server import Server
from deck_sim.state.state_file import keep_worlds

KEY = "sk_kept"
FIRST = {
    "agents": [{"id": "agt", "name": "a"}],
    "sources": [{"id": "src", "type": "website", "website": {"url": "https://a.example"}}],
    "tasks": [{"id": "task", "name": "t", "agent_id": "agt"}],
    "connections": [{"id": "conn", "source_id": "src", "auth_method": "none"}],
}


class Kept:
    """A server whose worlds are kept in a file, and calls to it."""

    def __init__(self, path, settings, wall, library, receive):
        self.path = path
        self.worlds = WorldRegistry(settings, library)
        self.worlds.dispatcher.apps["app.test"] = receive
        self._keeping = keep_worlds(self.worlds, path, wall)
        self._keeping.__enter__()
        self._server = Server(self.worlds).start()
        self._http = httpx2.Client(base_url=self._server.url, trust_env=False)

    def stop(self):
        """Stop the server, and close the file; once."""
        if not self._http.is_closed:
            self._http.close()
            self._server.stop()
            self._keeping.__exit__(None, None, None)

    def call(self, method, path, json=None, status=None, key=KEY, **headers):
        """Make a call; returns its answer as data. Header names are written with `_` for `-`."""
        lines = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = {"Authorization": f"Bearer {key}"} | lines
        answer = self._http.request(method, path, json=json, headers=lines)
        assert answer.status_code == status or (status is None and answer.is_success), answer.text
        return answer.json()

    def run(self, scenario, **headers):
        """Seed the first resources if there are none, and start a run; returns its path."""
        if not self.call("GET", "/v2/agents")["data"]:
            self.call("POST", "/_sim/seed", {"resources": FIRST})
        body = {"connection_id": "conn"}
        run = self.call("POST", "/v2/tasks/task/run", body, Deck_Sim_Scenario=scenario, **headers)
        return f"/v2/task-runs/{run['id']}"

    def advance(self, **length):
        return self.call("POST", "/_sim/clock/advance", length)

    def connect(self):
        return socket.create_connection((self._http.base_url.host, self._http.base_url.port))

    @property
    def simulation(self):
        return self.worlds.find(KEY)

    def is_saved(self):
        return whole(self.simulation) == whole(self.worlds.state._read(KEY).simulation)


@pytest.fixture
def serve(tmp_path):
    """Start a server with a state file. `after` is a server that is killed just now: the new one
    finds its file as it is.
    """
    started = []

    def serve(*, after=None, wall=real_time.now, library=None, receive=None, **settings):
        path = tmp_path / "worlds.db"
        if after is not None:
            path = tmp_path / f"copy_{len(started)}.db"
            for end in ("", "-wal"):
                shutil.copy(f"{after.path}{end}", f"{path}{end}")
        started.append(Kept(path, Settings(**settings), wall, library or shipped(), receive))
        return started[-1]

    yield serve
    for server in started:
        server.stop()
