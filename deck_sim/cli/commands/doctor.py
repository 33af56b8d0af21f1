"""`deck-sim doctor`: what is wrong with the installation, the settings and a server.

A check is a row of `CHECKS`: a function that yields findings, in the form of those of a world.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import metadata
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from xml.etree import ElementTree

import click
from click.core import ParameterSource

from deck_sim.base import __version__
from deck_sim.base.errors import DeckSimError
from deck_sim.base.redaction import HIDDEN, mask_key, redact, redact_body, redact_text, world_token
from deck_sim.cli.options import ANY_KEY, JSON, SERVER_KEY, SERVER_URL
from deck_sim.cli.output import echo, examples, print_json, print_text
from deck_sim.handle.connect.address import DECK_HOST
from deck_sim.handle.connect.control import Control, NoServerError
from deck_sim.handle.connect.transports import Transport
from deck_sim.runtime.findings import FAILURE, Finding, explain_uncalled, list_findings

Json = dict[str, Any]

_ANSWER_SECONDS = 5  # for an answer of the server
_TEST = "pytest_deck_sim.self_test::test_deck"
_VARIABLES = re.compile("(?i)(DECK|PYTEST)_.+|(https?|all|no)_proxy")  # that a bug report shows
# The findings about a world that tell of its surroundings.
_ABOUT_SETUP = {"server_error", "keyless_calls", "removed_resource", "frozen_caller"}
_ABOUT_SETUP |= {"failed_webhook", "frozen_clock", "ignored_name"}
_NO_ENDPOINT = "request/endpoint_not_found"  # without `/v2`, or of the other edition
_EXTRAS = ("", "intercept")  # that users install
# What helps against errors of the plugin's test, by words of their last line.
_IN_THE_WAY = {
    r"Socket(Connect)?BlockedError": "pytest-socket blocks the server of deck-sim, which is on"
    " loopback: add `--allow-hosts=127.0.0.1` to the options of pytest",
    r"Network is disabled": "pytest-recording blocks the server of deck-sim, which is on loopback:"
    " add `--allowed-hosts=127.0.0.1` to the options of pytest",
    r"fixture 'deck": "pytest does not load the plugin of deck-sim: remove"
    " `PYTEST_DISABLE_PLUGIN_AUTOLOAD` and `-p no:pytest_deck_sim`, or add `-p pytest_deck_sim`",
    r"": "which plugin or setting does this? `python -m pytest -p no:NAME` leaves out a plugin",
}


class Setup(NamedTuple):
    """What the checks look at: a server, and what it says."""

    url: str
    key: str
    is_named: bool = True  # otherwise it is the URL that `serve` uses if no other is named
    error: DeckSimError | None = None
    version: str = ""  # "" without an answer
    worlds: Sequence[Json] = ()
    findings: Sequence[Json] = ()


def read_setup(url: str, key: str, *, is_named: bool) -> Setup:
    """Ask the server, but never Deck itself. A world that does not exist is not created."""
    setup, transport = Setup(url, key, is_named), Transport(url)
    if urlsplit(url).hostname == DECK_HOST:
        return setup
    control = Control(transport, key, _ANSWER_SECONDS)
    try:
        setup = setup._replace(version=json.loads(control.read("/health"))["version"])
        if setup.version == __version__:
            worlds = json.loads(control.read("/worlds"))["data"]
            setup = setup._replace(worlds=worlds)
            if any(world["id"] == world_token(key) for world in worlds):
                findings = json.loads(control.read("/findings"))["data"]
                setup = setup._replace(findings=findings)
    except DeckSimError as error:
        setup = setup._replace(error=error)
    transport.disconnect()
    return setup


def check_versions(_: Setup) -> Iterator[Row]:
    for name, (version, allowed) in _find_packages().items():
        if version and version not in allowed:
            reason = f"`{name}` {version} is installed; deck-sim needs {allowed}"
            yield name, reason, f"`python -m pip install '{name}{allowed}'`"


def _find_packages() -> dict[str, tuple[str, Any]]:
    """Return the version of each package that deck-sim needs, and the versions that it allows."""
    from packaging.requirements import Requirement  # pytest depends on it

    packages = dict[str, tuple[str, Any]]()
    for needed in map(Requirement, metadata.requires("deck-sim") or ()):
        if not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in _EXTRAS):
            packages[needed.name] = "", needed.specifier
            with suppress(metadata.PackageNotFoundError):  # an extra
                packages[needed.name] = metadata.version(needed.name), needed.specifier
    return packages


def check_base_url(_: Setup) -> Iterator[Row]:
    url, name = os.environ.get("DECK_BASE_URL", "").rstrip("/"), "DECK_BASE_URL"
    if f"//{DECK_HOST}" in url:
        fix = "set it to the URL of a server, such as that of `deck-sim serve`"
        yield name, f"`{name}` is {url}, which is Deck itself", fix
    elif url and not url.endswith("/v2"):
        reason = f"`{name}` is {url}, and the base URLs of Deck end in `/v2`"
        yield name, reason, f"`export {name}={url}/v2`"


def check_proxies(setup: Setup) -> Iterator[Row]:
    parts, proxies = urlsplit(setup.url), getproxies()
    proxy, host = proxies.get(parts.scheme, proxies.get("all")), parts.hostname or ""
    if proxy and not proxy_bypass(host):
        reason = f"applications here call `{host}` through the proxy {redact_text(proxy)}"
        direct = ",".join(filter(None, (proxies.get("no"), host)))
        yield host, reason, f"`export NO_PROXY={direct} no_proxy={direct}`"


def check_server(setup: Setup) -> Iterator[Row]:
    if setup.error and (setup.is_named or not isinstance(setup.error, NoServerError)):
        yield setup.url, f"{setup.error}", ""
    elif setup.version not in ("", __version__):
        reason = f"deck-sim {setup.version} serves {setup.url}, but this is deck-sim {__version__}"
        yield setup.url, reason, "stop that server, and start one of this version"


def check_keys(setup: Setup) -> Iterator[Row]:
    called = {world["key"]: world["calls"] for world in setup.worlds if world["calls"]}
    if called and mask_key(setup.key) not in called:
        remedy = "give your application this key, or name its key with --key or `DECK_API_KEY`"
        yield setup.key, explain_uncalled(setup.key, called), remedy
    for world in setup.worlds:
        if called and not world["calls"] and world["id"] != world_token(setup.key):
            reason = f"the world of `{world['key']}` was set up and never called, but others were"
            yield world["key"], reason, "does your application send another key than your test?"


def check_world(setup: Setup) -> Iterator[Row]:
    for row in setup.findings:
        if row["kind"] in _ABOUT_SETUP or _NO_ENDPOINT in row["details"].get("errors", ()):
            yield row["subject"], row["reason"], row["remedy"]


def check_pytest(_: Setup) -> Iterator[Row]:
    """Run a test that uses `deck`, in this folder and with its settings of pytest."""
    with TemporaryDirectory(prefix="deck-sim-") as folder:
        options = ["--tb=short", "--color=no", f"--junitxml={folder}/result.xml"]
        options += ["-o", "python_functions=test_deck", "-o", f"cache_dir={folder}/cache"]
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "--pyargs", _TEST, *options],
            env={**os.environ, "COVERAGE_FILE": f"{folder}/coverage"},
            capture_output=True,
            text=True,
        )
        file = Path(folder, "result.xml")
        case = (
            ElementTree.parse(file).find(".//testcase[@name='test_deck']")
            if file.exists()
            else None
        )
    output = f"{ran.stdout}\n{ran.stderr}"
    if case is not None:
        output = "".join(row.text or "" for row in case if row.tag in ("error", "failure"))
    if output:
        errors = (
            re.findall("^(?:E|.*: error:) +(.+)", output, re.MULTILINE)
            or output.strip().splitlines()
        )
        reason = f"a test that uses `deck` fails in this folder: {errors[-1]}"
        yield (
            "pytest",
            reason,
            next(fix for words, fix in _IN_THE_WAY.items() if re.search(words, reason)),
        )


Row = tuple[str, str, str]  # subject, reason, remedy
CHECKS: dict[str, Callable[[Setup], Iterator[Row]]] = {
    "versions": check_versions,
    "base_url": check_base_url,
    "proxies": check_proxies,
    "server": check_server,
    "keys": check_keys,
    "world": check_world,
    "pytest": check_pytest,
}
_OF_SERVER = ("server", "keys", "world")


def _write_report(setup: Setup, lines: list[str]) -> str:
    """Return the text of a bug report, without secrets."""
    plugins = [row.dist for row in metadata.entry_points(group="pytest11") if row.dist]
    packages = {name: version for name, (version, _) in _find_packages().items()}
    packages |= {plugin.name: plugin.version for plugin in plugins}
    variables = {name: text for name, text in os.environ.items() if _VARIABLES.fullmatch(name)}
    # By the rules for headers, a variable `DECK_KEY` is secret, too.
    settings = {name: redact_body(text) for name, text in redact(variables, "headers").items()}
    text = f"""\
deck-sim {__version__}, Python {platform.python_version()}, {platform.platform()}
server: {redact_text(setup.url)} ({setup.version or "no answer"})
packages: {", ".join(f"{name} {version or None}" for name, version in packages.items())}
environment: {", ".join(f"{name}={text}" for name, text in settings.items())}

"""
    text += "\n".join(lines)
    for key in {setup.key, *(world["key"] for world in setup.worlds)} - {ANY_KEY}:
        text = re.sub(rf"(?<=[`'\"]){re.escape(key)}(?=[`'\"])", HIDDEN, text)
    return text


@click.command(
    epilog=examples("deck-sim doctor", "deck-sim doctor --report", "deck-sim doctor --json")
)
@click.option("--report", "is_report", is_flag=True, help="Print the text of a bug report.")
@JSON
@SERVER_URL
@SERVER_KEY
@click.pass_context
def command(context: click.Context, url: str, key: str, is_report: bool, as_json: bool) -> None:
    """Find what is wrong with the installation, the settings and a server, and say what helps.

    Also runs a test with the settings of pytest in this folder. The exit code is 1 if something is
    wrong. The report shows no keys and no other secrets.
    """
    is_named = context.get_parameter_source("url") != ParameterSource.DEFAULT
    setup = read_setup(url, key, is_named=is_named)
    findings = [
        Finding(name, *row, {}, FAILURE) for name, find in CHECKS.items() for row in find(setup)
    ]
    texts = {name: ["ok"] for name in CHECKS}
    if setup.version != __version__:
        skipped = [f"skipped: no server of this version answers at {redact_text(url)}"]
        texts |= dict.fromkeys(_OF_SERVER, skipped)
    for name, rows in groupby(findings, lambda row: row.kind):
        texts[name] = list_findings([*rows])
    lines = [f"{name:<9} {text}" for name, rows in texts.items() for text in rows]
    if as_json:
        print_json({"version": __version__, "findings": [row._asdict() for row in findings]})
    elif is_report:
        echo(_write_report(setup, lines))
    else:
        print_text("\n".join(lines))
    context.exit(1 if findings else 0)
