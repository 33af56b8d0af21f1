"""Rows of a fleet: workers with state files, and nginx with `deploy/nginx.conf` before them."""

import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from .harness import ROOT, SERVE, Client, in_turn, row, serving, used

KEYS = 200
CONNECTIONS = 8
NGINX = (
    "sed 's/listen 8765/listen {port}/' conf > nginx.conf && exec nginx -p . -c nginx.conf"
    " -e errors -g 'daemon off; master_process off; pid pid;'"
)
AUTHORIZATION = "Authorization: Bearer sk_{}"


class Fleet:
    """So many workers, and nginx."""

    def __init__(self, stack, count):
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        conf = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
        self.workers = []
        for number, place in enumerate(re.findall(r"server [\d.]+:8765.*;", conf)):
            if number < count:
                words = [*SERVE, "--quiet", "--seed", "7", "--state", f"{folder}/{number}.db"]
                port, process = stack.enter_context(serving(words))
                self.workers.append(process.pid)
                conf = conf.replace(place, f"server 127.0.0.1:{port} max_fails=0;")
            else:
                conf = conf.replace(place, "")
        Path(folder, "conf").write_text(conf, encoding="utf-8")
        port, process = stack.enter_context(serving(["sh", "-c", NGINX], cwd=folder))
        self.nginx = process.pid
        self.clients = [Client(port) for _ in range(CONNECTIONS)]
        self.pool = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))
        paths = {self.make_agent(number) for number in range(KEYS)}
        self.path = paths.pop()
        assert not paths  # worlds of one seed have the same ids

    def make_agent(self, number):
        """Return the path of a new agent in the world of a key."""
        self.clients[0].headers = (AUTHORIZATION.format(number),)
        return f"/v2/agents/{self.clients[0].call('POST', '/v2/agents', {'name': 'A'})['id']}"

    def rate(self, count):
        """How many GETs of an agent are answered in a second; each key has so many."""
        began = time.perf_counter()
        calls = sum(self.pool.map(partial(self.drive, count), range(CONNECTIONS), self.clients))
        return calls / (time.perf_counter() - began)

    def drive(self, count, place, client):
        """Call with each of the keys of one connection."""
        client.connect()
        requests = []
        for number in range(place, KEYS, CONNECTIONS):
            client.headers = (AUTHORIZATION.format(number),)
            requests += [client.request("GET", self.path)]
        for _ in range(count):
            for request in requests:
                head, _ = client.send(request)
                assert head.split(b" ")[1] == b"200", head
        return count * len(requests)


@row("fleet", "GETs of an agent with 200 keys, through nginx to one to four workers with"
     " `--state`", "a second", 10, 0, rounds=5, is_ratio=False)  # fmt: skip
def fleet(stack, count):
    fleets = {f"{size}": Fleet(stack, size) for size in (1, 2, 3, 4)}
    return in_turn({name: partial(workers.rate, count) for name, workers in fleets.items()})


@row("fleet-time", "processor time of such a call in a worker, and in nginx", "µs", 20, 0,
     rounds=5)  # fmt: skip
def fleet_time(stack, count):
    workers = Fleet(stack, 4)

    def measure():
        before = used(*workers.workers), used(workers.nginx)
        workers.rate(count)
        after = used(*workers.workers), used(workers.nginx)
        calls = KEYS * count
        times = [(end - start) / calls * 1e6 for start, end in zip(before, after, strict=True)]
        return {"a worker": times[0], "nginx": times[1]}

    return measure
