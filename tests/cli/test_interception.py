import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import requests

BASE = "https://api.deck.co/v2"
KEY = "sk_live_0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {KEY}"}

# A program with a constant URL and key, in each client that Python has. It prints the statuses. It
# first looks the host up, as one does that refuses private addresses.
PYTHON = f"""
import asyncio, http.client, ipaddress, socket, sys, urllib.request
import aiohttp, httpx, httpx2, requests, urllib3
url, headers = {BASE!r} + "/agents", {HEADERS!r}
(*_, address), *_ = socket.getaddrinfo("api.deck.co", 443)
assert ipaddress.ip_address(address[0]).is_global

async def later():
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as first:
        async with httpx.AsyncClient(headers=headers) as client:
            return [first.status, (await client.get(url)).status_code]

plain = http.client.HTTPSConnection("api.deck.co")
plain.request("GET", "/v2/agents", headers=headers)
found = [plain.getresponse().status, requests.get(url, headers=headers).status_code]
found += [library.get(url, headers=headers).status_code for library in (httpx, httpx2)]
found += [urllib3.PoolManager().request("GET", url, headers=headers).status]
found += [urllib.request.urlopen(urllib.request.Request(url, headers=headers)).status]
print(found + asyncio.run(later()), file=sys.stderr)
"""
NODE = f"""
const https = require('node:https')
const url = {BASE!r} + '/agents', headers = {json.dumps(HEADERS)}
fetch(url, {{ headers }}).then((answer) => console.error(answer.status))
https.get(url, {{ headers }}, (answer) => answer.resume() && console.error(answer.statusCode))
fetch('http://deck.example').catch((error) => console.error(error.cause.message))
https.get('https://10.1.2.3').on('error', (error) => console.error(error.message))
https.get('https://127.example').on('error', (error) => console.error(error.message))
https.get('https://127.0.0.1:443').on('error', (error) => console.error(error.code))
"""
# It looks the host up before it calls, in each way that Node has, and calls the address.
LOOK_UPS = f"""
import dns from 'node:dns'
import {{ lookup, resolve4 }} from 'node:dns/promises'
import https from 'node:https'
import {{ promisify }} from 'node:util'
const {{ address }} = await lookup('api.deck.co'), [other] = await resolve4('API.deck.co')
const found = [address, other, (await lookup('api.deck.co', {{ all: true }}))[0].address]
found.push((await promisify(dns.lookup)('api.deck.co')).address)
found.push((await lookup('127.0.0.1')).address)
dns.lookup('api.deck.co', {{ all: true }}, (_, [{{ address }}]) => found.push(address))
const headers = {json.dumps(HEADERS | {"Host": "api.deck.co"})}
https.get(`https://${{address}}/v2/agents`, {{ servername: 'api.deck.co', headers }}, (answer) =>
  console.error(...found, answer.statusCode) || answer.resume())
"""
RETRIES = f"""
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=3)))
session.post({BASE!r} + "/agents", json={{"name": "a"}}, headers={HEADERS!r}).raise_for_status()
"""
# The connections of uvloop, and those of a child without the module that Python loads.
FOREIGN = f"""
import httpx, subprocess, sys, uvloop
url, headers = {BASE!r} + "/agents", {HEADERS!r}

async def later(**options):
    async with httpx.AsyncClient(headers=headers, **options) as client:
        return (await client.get(url)).status_code

found = [uvloop.run(later()), uvloop.run(later(transport=httpx.AsyncHTTPTransport(retries=1)))]
words = "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], headers={HEADERS!r}))"
found.append(subprocess.run([sys.executable, "-S", "-c", words, url]).returncode)
print(found, file=sys.stderr)
"""
DUMP = """
import json, os, sys
found = {**os.environ, "BUNDLE": open(os.environ["SSL_CERT_FILE"]).read()}
json.dump(found, open(sys.argv[1], "w"))
"""


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture
def intercept(cli):
    """Run a command with `deck-sim exec --intercept`; returns what it and the summary print."""

    def intercept(*words, **variables):
        done = cli("exec", "--intercept", "--quiet", *words, **variables)
        return done.exit_code, done.stderr

    return intercept


def test_an_unchanged_program_in_python_reaches_its_world(intercept, capfd):
    code, summary = intercept("--", sys.executable, "-c", PYTHON)
    assert (code, capfd.readouterr().err) == (0, f"{[200] * 8}\n")
    assert summary.startswith("deck-sim: 8 calls in 1 world;")
    assert KEY not in summary


def test_urllib3_repeats_no_call_that_it_would_not_repeat_without_the_proxy(cli):
    words = ("explore", "--intercept", "--trouble", "lost_response", "--trouble", "reset")
    done = cli(*words, "--", sys.executable, "-c", RETRIES)
    assert done.stdout.startswith("2 troubles: 0 survived, 2 did not, 0 not tested")
    assert "agents where the baseline" not in done.stdout


def test_a_child_and_uvloop_reach_the_proxy(intercept, capfd):
    pytest.importorskip("uvloop")
    code, _ = intercept("--", sys.executable, "-c", FOREIGN)
    assert (code, capfd.readouterr().err) == (0, "[200, 200, 0]\n")


@needs_node
def test_an_unchanged_program_in_node_reaches_its_world_and_no_other_host(intercept, capfd):
    code, summary = intercept("--", "node", "-e", NODE)
    hosts = ("10.1.2.3", "127.example", "deck.example")
    refused = [
        f"deck-sim refuses {host}; to intercept it: --intercept-host api.deck.co"
        f" --intercept-host {host}"
        for host in hosts
    ]
    lines = capfd.readouterr().err.splitlines()
    printed = sorted(line.split(" 403 ")[-1] for line in lines)  # Node 24 names the tunnel before
    assert (code, printed) == (0, ["200", "200", "ECONNREFUSED", *refused])
    assert summary.startswith("deck-sim: 2 calls in 1 world;")
    assert all(f"  {host} was refused 1 time" in summary for host in hosts)


@needs_node
@pytest.mark.parametrize("option", [None, "9.9.9.9"])
def test_a_program_in_node_that_looks_the_host_up_finds_the_address(intercept, capfd, option):
    options = ("--intercept-address", option) if option else ()
    address = option or "192.31.196.1"
    code, _ = intercept(*options, "--", "node", "--input-type=module", "-e", LOOK_UPS)
    addresses = capfd.readouterr().err.split()
    assert (code, addresses) == (0, [*[address] * 4, "127.0.0.1", address, "200"])


@needs_curl
def test_curl_reaches_its_world_and_no_other_host(intercept, capfd):
    code, _ = intercept("--", "curl", "-sSH", f"Authorization: Bearer {KEY}", f"{BASE}/test")
    assert (code, '"ready"' in capfd.readouterr().out) == (0, True)
    code, summary = intercept("--", "curl", "-sS", "https://deck.example")
    assert code != 0
    assert summary == (
        "deck-sim: no call reached a world; no scenario was played; 1 problem:\n  deck.example"
        " was refused 1 time: the proxy of --intercept refuses other hosts; to intercept it:"
        " --intercept-host api.deck.co --intercept-host deck.example\n"
    )


def test_the_variables_keep_what_is_inherited(intercept, tmp_path):
    file, bundle = tmp_path / "variables.json", tmp_path / "own.pem"
    bundle.write_text("OWN")
    others = {"REQUESTS_CA_BUNDLE": f"{bundle}", "DENO_CERT": "/no/such/file", "PYTHONPATH": "src"}
    others |= {"NODE_OPTIONS": "--no-warnings"}
    cases = {
        "*, db.internal,10.0.0.0/8": ",db.internal,10.0.0.0/8",
        "api.deck.co,.Deck.co,co,*.co, deck.com": ",deck.com",
    }
    for inherited, entries in cases.items():
        words = ["--", sys.executable, "-c", DUMP, file]
        intercept(*words, NO_PROXY=inherited, no_proxy=None, **others)
        variables = json.loads(file.read_text())
        assert variables["NO_PROXY"] == variables["no_proxy"] == f"localhost,127.0.0.1,::1{entries}"
        assert variables["HTTPS_PROXY"] == variables["http_proxy"]
    assert variables["DENO_NO_UPDATE_CHECK"] == "1"
    assert variables["NODE_OPTIONS"].startswith("--no-warnings --require ")
    assert variables["PYTHONPATH"].endswith(":src")
    assert variables["BUNDLE"].startswith("-----BEGIN CERTIFICATE-----")
    assert "\nOWN" in variables["BUNDLE"]


def test_serve_prints_what_a_program_needs(serving):

    def visit(banner):
        lines = re.findall(r"^export ([A-Z_a-z]+)=(.*)$", banner, re.MULTILINE)
        exports = {name: shlex.split(value)[0] for name, value in lines}
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"https": exports["HTTPS_PROXY"]}
            session.verify = exports["REQUESTS_CA_BUNDLE"]
            status = session.get("https://deck.example/v2/test", headers=HEADERS).json()["status"]
        return banner, status, Path(session.verify)

    _, (banner, status, file) = serving(visit, "--intercept", "--intercept-host", "Deck.Example")
    assert "A program that always calls deck.example also needs these variables:" in banner
    assert (status, file.exists()) == ("ready", False)


def test_a_command_that_calls_nothing_gets_a_hint(intercept):
    assert "does the command use HTTPS_PROXY and SSL_CERT_FILE" in intercept("--", "true")[1]
