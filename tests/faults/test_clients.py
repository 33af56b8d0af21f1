import asyncio
import json
import shutil
import subprocess
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import httpx
import httpx2
import pytest
import requests
import yaml

from deck_sim.faults.fault import fault_keys
from deck_sim.faults.http import HttpFault
from deck_sim.handle.connect.transports import Transport

PAGE = Path(__file__).parents[2].joinpath("docs/faults.md").read_text(encoding="utf-8")
SHORT, LONG = 0.2, 60  # seconds: the timeout of a client that is to give up, and of others


# The rows of the page: the fault as it is written, and by column the result of each client.
TEXT = PAGE[PAGE.index("| fault | httpx") :].partition("\n\n")[0].replace("`", "")
HEAD, _, *ROWS = [line.strip("| ").split(" | ") for line in TEXT.splitlines()]
TABLE = {row[0]: dict(zip(HEAD[1:], row[1:], strict=True)) for row in ROWS}


def read_fault(text):
    return yaml.safe_load(f"{{{text}}}")


@contextmanager
def notes():
    """A list for the result of a call: a status, the class of an error, or both."""
    results = []
    try:
        yield results
    except ValueError as error:
        results.append(type(error).__name__)
    except Exception as error:
        results[:] = [type(error).__name__]


def see_with(make_client, calls):
    with make_client() as client:
        for url, key, seconds in calls:
            with notes() as results:
                headers = {"Authorization": f"Bearer {key}"}
                answer = client.get(url, headers=headers, timeout=seconds)
                results.append(f"{answer.status_code}")
                if answer.status_code < 300:
                    answer.json()
            yield ", ".join(results)


def make_session():
    session = requests.Session()
    session.trust_env = False
    return session


def see_with_transport(calls):
    url, *_ = calls[0]
    yield from see_with(lambda: httpx2.Client(transport=Transport(url.partition("/v2")[0])), calls)


def see_with_aiohttp(calls):
    async def see(session, url, key, seconds):
        with notes() as results:
            headers = {"Authorization": f"Bearer {key}"}
            timeout = aiohttp.ClientTimeout(seconds)
            async with session.get(url, headers=headers, timeout=timeout) as answer:
                results.append(f"{answer.status}")
                if answer.ok:
                    await answer.json()
        return ", ".join(results)

    async def see_all():
        async with aiohttp.ClientSession() as session:
            return [await see(session, *call) for call in calls]

    return asyncio.run(see_all())


def see_with_fetch(calls):
    in_ms = json.dumps([(url, key, seconds * 1000) for url, key, seconds in calls])
    program = [shutil.which("node"), f"{Path(__file__).parent / 'fetch.mjs'}", in_ms]
    return json.loads(subprocess.run(program, capture_output=True, check=True).stdout)


def see_with_curl(calls):
    for url, key, seconds in calls:
        words = ["--noproxy", "*", "--max-time", f"{seconds}", "-H", f"Authorization: Bearer {key}"]
        program = [shutil.which("curl"), "-s", "-o", "-", "-w", "\n%{http_code}", *words, url]
        done = subprocess.run(program, capture_output=True, check=False)
        status = done.stdout.decode().rpartition("\n")[2]
        yield f"exit {done.returncode}" if done.returncode else status


CLIENTS = {  # what sees the results, and the column of the page that has them
    "httpx": (partial(see_with, partial(httpx.Client, trust_env=False)), "httpx"),
    "httpx2": (partial(see_with, partial(httpx2.Client, trust_env=False)), "httpx"),
    "the transport": (see_with_transport, "httpx"),
    "requests": (partial(see_with, make_session), "requests"),
    "aiohttp": (see_with_aiohttp, "aiohttp"),
    "node": (see_with_fetch, "fetch of Node"),
    "curl": (see_with_curl, "curl"),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_sees_what_the_page_says(server, sim, key, name):
    if name in ("node", "curl") and shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    see, column = CLIENTS[name]
    calls, worlds = [], []
    for number, fault in enumerate(TABLE):
        worlds.append({"Authorization": f"Bearer {key}_{number}"})
        body = {"match": "GET /v2/agents", **read_fault(fault)}
        assert sim.post("/faults", json=body, headers=worlds[-1]).status_code == 200
        seconds = SHORT if "wait: real" in fault else LONG
        calls.append((f"{server.base_url}/agents", f"{key}_{number}", seconds))
    results = {}
    for fault, world, what in zip(TABLE, worlds, see(calls), strict=True):
        (counted,) = sim.get("/faults", headers=world).json()["data"]
        results[fault] = f"{what}, twice" if counted["fired"] == 2 else what
    assert results == {fault: row[column] for fault, row in TABLE.items()}


def test_the_table_has_every_fault():
    faults = {key for fault in TABLE for key in read_fault(fault)}
    assert {*fault_keys(HttpFault.family)} <= faults
