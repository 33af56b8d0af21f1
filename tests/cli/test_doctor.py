import json

import httpx2
import pytest

from deck_sim import DeckSim
from deck_sim.base import __version__
from deck_sim.base.real_time import PRESENT_HEADER, PROCESS_HEADER
from deck_sim.cli.commands import doctor
from deck_sim.cli.commands.doctor import CHECKS, Setup, read_setup
from pytest_deck_sim.self_test import test_deck  # noqa: F401  # `doctor` runs this test

URL = "http://127.0.0.1:1"


def find(check, setup=None):
    """Return the findings of a check as `subject: reason; remedy`."""
    rows = CHECKS[check](setup or Setup(URL, "sk_mine"))
    return [f"{subject}: {reason}; {remedy}" for subject, reason, remedy in rows]


@pytest.fixture
def look(server, key):
    """Return the findings of a check of the server of this suite, with the key of this test."""
    return lambda check: find(check, read_setup(server.url, key, is_named=True))


def test_a_package_of_another_version_is_found(monkeypatch):
    lines = ["click>=99", "trustme<1; extra == 'intercept'", "pytest<1; extra == 'dev'", "nix>=1"]
    assert find("versions") == []
    monkeypatch.setattr("importlib.metadata.requires", lambda name: lines)
    old, extra = find("versions")
    assert old.endswith("; deck-sim needs >=99; `python -m pip install 'click>=99'`")
    assert extra.startswith("trustme: `trustme` ")


def test_the_base_url_of_the_application_ends_in_v2_and_is_not_that_of_deck(monkeypatch):
    remedies = {
        "": [],
        f"{URL}/v2/": [],
        f"{URL}/": [f"`export DECK_BASE_URL={URL}/v2`"],
        "https://api.deck.co/v2": [
            "set it to the URL of a server, such as that of `deck-sim serve`"
        ],
    }
    for url, remedy in remedies.items():
        monkeypatch.setenv("DECK_BASE_URL", url)
        assert [row.rpartition("; ")[2] for row in find("base_url")] == remedy


def test_deck_itself_is_not_called():
    assert read_setup("https://api.deck.co", "sk_live_mine", is_named=True).error is None


def test_a_proxy_that_takes_the_calls_is_found(monkeypatch):
    for name in ("http_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert find("proxies") == []
    monkeypatch.setenv("all_proxy", "http://me:hidden@proxy:3128")
    monkeypatch.setenv("no_proxy", "intranet")
    (row,) = find("proxies")
    assert "call `127.0.0.1` through the proxy http://•••@proxy:3128; `export NO_PROXY=" in row
    monkeypatch.setenv("no_proxy", row.rpartition("no_proxy=")[2].rstrip("`"))
    assert find("proxies") == []


def test_a_server_has_to_answer_only_if_it_is_named(look):
    assert look("server") == []
    assert find("server", read_setup(URL, "sk_mine", is_named=False)) == []
    (row,) = find("server", read_setup(URL, "sk_mine", is_named=True))
    assert row.startswith(f"{URL}: no deck-sim server answers at {URL}: ")


OLD = (
    b'HTTP/1.1 200 OK\r\nDeck-Sim-Version: 0.0.9\r\nContent-Length: 20\r\n\r\n{"version": "0.0.9"}'
)


def test_a_server_of_another_version_is_found(receiver):
    url = receiver.url
    receiver.say(OLD, path="/_sim/health")
    (row,) = find("server", read_setup(url, "sk_mine", is_named=False))
    assert row.startswith(
        f"{url}: deck-sim 0.0.9 serves {url}, but this is deck-sim {__version__};"
    )


def test_another_program_on_the_port_is_found(receiver):
    (row,) = find("server", read_setup(receiver.url, "sk_mine", is_named=False))
    assert "/_sim/health answers 200, but is not deck-sim; check the URL" in row


def test_a_server_that_hangs_is_found(receiver, monkeypatch):
    monkeypatch.setattr(doctor, "_ANSWER_SECONDS", 0.05)
    receiver.say(receiver.hang, path="/_sim/health")
    (row,) = find("server", read_setup(receiver.url, "sk_mine", is_named=False))
    assert "is the server stopped, by Ctrl-Z or a debugger" in row


def test_the_key_that_the_application_uses_is_found(look, api):
    """Looking creates no world."""
    called = {"key": "sk_app", "id": "a", "calls": 2}
    uncalled = {"key": "sk_typo", "id": "b", "calls": 0}
    (row,) = find("keys", Setup(URL, "sk_mine", worlds=[called]))
    assert row.startswith("sk_mine: no call came with the key `sk_mine`; calls came with `sk_app` ")
    (row,) = find("keys", Setup(URL, "sk_app", worlds=[called, uncalled]))
    assert row.startswith("sk_typo: the world of `sk_typo` was set up and never called, but others")
    assert find("keys", Setup(URL, "sk_mine", worlds=[uncalled])) == []


def test_calls_without_v2_or_of_the_other_edition_are_found(look, server, api, key):
    """Other refused calls may be meant."""
    assert (look("world"), server.worlds.find(key)) == ([], None)
    for path in ("agents/agt_1", "credentials"):
        api.get(path)
    httpx2.get(f"{server.url}/agents", headers=api.headers, trust_env=False)
    edition, version = look("world")
    assert "this world has another edition; to switch: " in edition
    assert "`/agents` is not an endpoint; call `/v2/agents`." in version


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The present folder. pytest loads no plugin but ours there, which is faster."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_deck_sim")
    return tmp_path


BROKEN = "import pytest\n@pytest.fixture(autouse=True)\ndef broken():\n    raise RuntimeError('{}')"


def test_all_is_well(cli, folder):
    with DeckSim() as deck:
        deck.create("agents", {"name": "Concierge"})
        printed = cli("doctor", "--json", "--url", deck.url, "--key", deck.api_key)
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == {"version": __version__, "findings": []}


def test_a_bug_report_has_what_is_wrong_and_no_secrets(cli, server, sim, key, folder, monkeypatch):
    """A process that only looks does not take the place of the frozen one."""
    frozen = {PROCESS_HEADER: "another", PRESENT_HEADER: "2031-01-01T00:00:00Z"}
    sim.call("PUT", "/clock", {"mode": "real"}, headers=frozen)
    for name, value in (("BASE_URL", server.url), ("API_KEY", key), ("PASSWORD", "hidden")):
        monkeypatch.setenv(f"DECK_{name}", value)
    (folder / "conftest.py").write_text(BROKEN.format("Network is disabled"))
    printed = cli("doctor", "--report")
    report = printed.stdout
    assert (printed.exit_code, key in report, "hidden" in report) == (1, False, False)
    assert f"deck-sim {__version__}, Python 3." in report
    assert "DECK_API_KEY=•••" in report
    assert "\nworld     a process that uses this world is frozen at 2031-01-01T00:00:00Z" in report
    assert "\npytest    a test that uses `deck` fails in this folder: RuntimeError: Netw" in report


FILES = {  # that hinder pytest in their folder, and the remedy
    "conftest.py": (BROKEN.format("SocketBlockedError"), "add `--allow-hosts=127.0.0.1` to the"),
    "pytest.ini": ("[pytest]\naddopts = --nonsense", "unrecognized arguments: --nonsense; which"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_hinders_pytest_in_this_folder_is_found(name, folder):
    content, text = FILES[name]
    (folder / name).write_text(content)
    (row,) = find("pytest")
    assert text in row


def test_without_a_server_its_checks_are_skipped(cli, folder):
    """And without our plugin there is no `deck`."""
    printed = cli("doctor", DECK_BASE_URL=None, PYTEST_ADDOPTS=None)
    rows = dict(line.split(maxsplit=1) for line in printed.stdout.splitlines())
    assert (printed.exit_code, rows["versions"], rows["keys"][:8]) == (1, "ok", "skipped:")
    assert "fixture 'deck' not found; pytest does not load the plugin of deck-sim" in rows["pytest"]
