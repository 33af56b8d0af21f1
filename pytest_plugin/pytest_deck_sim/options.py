"""The options and ini values of the plugin, and the keys of what it stores in pytest's stashes."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Writes the report on the test's world and its reason, given the text of the failure.
REPORT = pytest.StashKey[Callable[[str], tuple[str, str]]]()
FAILED = pytest.StashKey[BaseException]()
BROKEN = pytest.StashKey[set[str | None]]()  # the mistakes in scenario files that a report lists
EXPLORED = pytest.StashKey[Callable[[str], Any]]()  # watches the worlds of the server at a URL
INTERRUPTED = pytest.StashKey[Any]()  # the report, as JSON, of the explored test that Ctrl-C ended
VARIANT = pytest.StashKey[str]()  # the trouble with which an explored test runs
FAIL = "fail"
LINT_MODES = (FAIL, "off")  # whether findings of `deck.lint` fail a test
INI_VALUES = {"deck_lint": LINT_MODES, "deck_client_library": ("httpx2", "httpx")}
EVERY = ("deck_every_scenario", "deck_every_failure")  # fixtures that run a test several times
COVERAGE = "deck_sim_coverage"  # the name of the plugin of `--deck-coverage`
OWN_SERVER = pytest.StashKey[str]()  # the URL of the server that `deck_server` started
MADE_UP = "deck_every_failure_"  # begins the names of the scenarios that this fixture makes

_OPTIONS = {
    "url": "use the deck-sim server at this URL instead of starting one",
    "edition": "the edition of a world whose test names no edition (default: connections, or that"
    " of the server at --deck-url)",
    "scenarios": "a folder of your own scenario files; in the ini file, relative to the rootdir",
    "html": "a folder for a page about each failed test; in the ini file, relative to the rootdir",
    "fail-under": "with --deck-coverage: fail if a smaller percentage of the steps was played",
}
FOLDERS = ("scenarios", "html")
_INI_FILES = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_COVERAGE_TEXT = "report the steps and branches of scenarios that no test played"
ENV_VARIABLES = {  # of `deck_env`, by attribute of `Deck`: the default name, and its meaning
    "base_url": ("DECK_BASE_URL", "the base URL"),
    "api_key": ("DECK_API_KEY", "the API key"),
    "webhook_secret": ("DECK_WEBHOOK_SECRET", "the secret that signs webhooks"),
}


def _read_seconds(text: str) -> float:
    from deck_sim.base.durations import parse_duration

    try:
        return parse_duration(text).total_seconds()
    except ValueError as error:
        raise ArgumentTypeError(error) from None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of deck-sim to the command line and to the ini file."""
    group = parser.getgroup("deck-sim")
    for name, text in _OPTIONS.items():
        group.addoption(f"--deck-{name}", help=text)
        parser.addini(f"deck_{name.replace('-', '_')}", text)
    group.addoption("--deck-coverage", action="store_true", help=_COVERAGE_TEXT)
    text = "run each test again for each thing that can go wrong"
    group.addoption("--deck-explore", action="store_true", help=text)
    text = "also explore two troubles at once where each alone was survived"
    group.addoption("--deck-explore-pairs", action="store_true", help=text)
    text = "begin no run of a test with a trouble after this time, such as 60s"
    group.addoption("--deck-explore-time", metavar="TIME", type=_read_seconds, help=text)
    several: Any = {"metavar": "NAME", "action": "append", "default": []}
    group.addoption("--deck-trouble", help="explore with this trouble only; repeatable", **several)
    text = "write the results of exploration to this file, as JSON"
    group.addoption("--deck-explore-report", metavar="FILE", help=text)
    text = "write the results of exploration to this file, as an HTML page"
    group.addoption("--deck-explore-html", metavar="FILE", help=text)
    parser.addini("deck_coverage", _COVERAGE_TEXT, type="bool")
    for name, (default, meaning) in ENV_VARIABLES.items():
        text = f"the environment variable that `deck_env` sets to {meaning}"
        parser.addini(f"deck_env_{name}", text, default=default)
    text = "the library of `deck_client` and `deck_async_client`: httpx2 (the default) or httpx"
    parser.addini("deck_client_library", text, default="httpx2")
    text = "`fail`: a test fails at its end if `deck.lint` finds a mistake; `off`: it does not"
    parser.addini("deck_lint", text, default="off")


def check_ini_file(config: pytest.Config, name: str) -> None:
    """Raise UsageError if pytest missed the ini file because of an option like `--deck-html DIR`.

    pytest looks for the ini file before it knows the option, so it takes DIR for a folder of tests.
    """
    folder, here = config.getoption(f"deck_{name}"), config.invocation_params.dir
    if folder not in config.invocation_params.args or config.inipath is not None:
        return
    for file in (parent / file for parent in (here, *here.parents) for file in _INI_FILES):
        if file.is_file() and "pytest" in file.read_text(errors="replace"):
            text = f"pytest read {folder} as a folder of tests, and did not read {file}"
            raise pytest.UsageError(f"{text}; write --deck-{name}={folder}")


def find_folder(config: pytest.Config, name: str = "scenarios") -> Path | None:
    """Return the folder set by `--deck-NAME` or the ini value `deck_NAME`; None: neither is set."""
    option: str | None = config.getoption(f"deck_{name}")
    if option:
        return config.invocation_params.dir / option
    ini_value: str = config.getini(f"deck_{name}")
    return config.rootpath / ini_value if ini_value else None


def read_option(config: pytest.Config, name: str) -> str | None:
    """Return the value of `--deck-NAME`, or of the ini value `deck_NAME`; None: neither is set."""
    value: str = config.getoption(f"deck_{name}") or config.getini(f"deck_{name}")
    return value or None
