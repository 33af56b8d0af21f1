"""The files of `deploy/` and the manifest of the docs agree with the program and with each other.

`tests/torture/test_fleet.py` runs nginx with the one of nginx.
"""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from deck_sim.cli.options import ANY_KEY
from deck_sim.cli.program import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
WORKERS = [service for service in COMPOSE["services"].values() if "command" in service]
MANIFEST = next(re.finditer(r"^```yaml\n(apiVersion.*?)^```", PAGE, re.MULTILINE | re.DOTALL))[1]
STATEFUL = next(doc for doc in yaml.safe_load_all(MANIFEST) if doc["kind"] == "StatefulSet")
CONTAINER = STATEFUL["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    "line", sorted({worker["command"] for worker in WORKERS} | {CONTAINER["command"][-1]})
)
def test_a_worker_is_started_with_a_command_of_the_program(line):
    line = re.sub(r"\$\{.*?\}|\$\(.*?\)", "127.0.0.1", line)
    name, options = re.search(r"deck-sim (\w+) (.*)", line).groups()
    command = main.get_command(click.Context(main), name)
    assert command.make_context(name, shlex.split(options)).params["state"]


def test_the_container_beside_an_application_is_found_by_its_name():
    text = (ROOT / "deploy" / "compose-app.yaml").read_text(encoding="utf-8")
    deck, app = yaml.safe_load(text)["services"].values()
    _, name, *words = shlex.split(deck["command"])
    options = main.get_command(click.Context(main), name).make_context(name, words).params
    url = f"http://{deck['hostname']}:{options['port']}"
    assert options["host"] == deck["hostname"] in app["depends_on"]
    assert deck["environment"] == {"DECK_BASE_URL": f"{url}/v2"}
    assert app["environment"] == {"DECK_BASE_URL": f"{url}/v2", "DECK_API_KEY": ANY_KEY}


def test_nginx_knows_each_worker():
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    addresses = [worker["networks"]["default"]["ipv4_address"] for worker in WORKERS]
    assert re.findall(r"server ([\d.]+):8765", conf) == addresses
    files = [volume for worker in WORKERS for volume in worker["volumes"]]
    assert len({*files}) == len(files) == len(COMPOSE["volumes"]) == 4


def test_the_manifest_keeps_the_worlds_where_the_command_does():
    (mount,) = CONTAINER["volumeMounts"]
    assert f"--state {mount['mountPath']}/" in CONTAINER["command"][-1]
