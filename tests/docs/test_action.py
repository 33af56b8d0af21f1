"""`action.yml`: its script starts a server, and the docs and our workflow use its inputs."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "start-server"
INPUTS = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]


@pytest.fixture
def start(tmp_path):
    """Runs the script; gives its exit code, its errors, and the variables for the next steps."""
    pids = []
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def run(*options):
        variables = tmp_path / "variables"
        variables.touch()
        process = subprocess.run(
            [SCRIPT, *options],
            env={**os.environ, "PATH": path, "GITHUB_ENV": str(variables)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        env = dict(line.split("=", 1) for line in variables.read_text().splitlines())
        if "DECK_SIM_PID" in env:
            pids.append(int(env["DECK_SIM_PID"]))
        return process.returncode, process.stderr, env

    yield run
    for pid in pids:
        os.kill(pid, signal.SIGTERM)


def test_the_next_steps_of_a_job_reach_the_server(start):
    code, _, env = start("--edition", "credentials")
    headers = {"Authorization": f"Bearer {env['DECK_API_KEY']}"}
    answer = httpx.get(f"{env['DECK_BASE_URL']}/credentials", headers=headers)
    assert (code, answer.status_code) == (0, 200)
    assert env["DECK_WEBHOOK_SECRET"].startswith("whsec_")


def test_a_server_that_does_not_start_fails_the_step_with_its_error(start):
    code, errors, env = start("--edition", "connexions")
    assert (code, env) == (1, {})
    assert "connexions" in errors


@pytest.mark.parametrize("page", ["docs/ci.md", ".github/workflows/action.yml"])
def test_the_inputs_in_use_are_those_of_the_action(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    (step,) = re.findall(r"- uses: (?:\./|OWNER/deck-sim@\S+)\n +with:((?:\n {10}\S.*)+)", text)
    assert {*yaml.safe_load(step)} <= {*INPUTS}
