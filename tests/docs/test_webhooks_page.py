import json
import re
from pathlib import Path

import httpx2

from deck_sim import DeckSim
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.shapes import ADDRESS

PAGE = Path(__file__).parents[2].joinpath("docs/webhooks.md").read_text(encoding="utf-8")
WIDTH = 110
_MESSAGES = re.compile(r"(<!-- messages: (\w+) -->\n```json\n)(.*?)(```\n)", re.DOTALL)
# The event that is shown of each family; of the others it is `created`.
SHOWN = {"connection": "connected", "credential": "verified", "session": "idle"}
SHOWN |= {"task_run": "completed", "event_destination": "deactivated"}
LOGINS = {
    "connections": ("connections", {"auth_method": "none", "external_id": "customer-17"}),
    "credentials": ("credentials", {}),
}
OUTPUT = {"properties": {"rooms": {"type": "integer", "minimum": 1, "maximum": 9}}}


def make_messages(edition):
    """A message of each family of events, in the order of the kinds."""
    path, login = LOGINS[edition]
    webhook = EDITIONS[edition].write_webhook("http://127.0.0.1:9/")
    queue = {"name": "Queue", "type": "aws_sqs", "events": ["*"]}
    queue["config" if "config" in webhook else "aws_sqs"] = {"queue_url": "q"}
    hook = {"name": "App", "type": "webhook", "events": ["source.deleted"], **webhook}
    with DeckSim(edition=edition, seed=7) as deck:
        queue = deck.create("event-destinations", queue)
        hook = deck.create("event-destinations", hook)
        agent = deck.create("agents", {"name": "Concierge"})
        website = {"type": "website", "website": {"url": "https://hotel.example"}}
        source = deck.create("sources", {"name": "Hotel", **website})
        task = {"name": "Count rooms", "agent_id": agent["id"], "output_schema": OUTPUT}
        task = deck.create("tasks", {**task, "storage": {"enabled": True}})
        login = deck.create(path, {**login, "source_id": source["id"]})
        deck.advance("1m")
        deck.use("downloads_statement")
        body = {f"{login['object']}_id": login["id"]}
        deck.create(f"tasks/{task['id']}/run", body)
        deck.advance("1m")
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(transport=deck.transport, headers=headers) as client:
            url = f"{deck.base_url}/event-destinations/{hook['id']}"
            assert client.patch(url, json={"status": "inactive"}).status_code == 200
        deck.advance("0s")
        by_type = {message["type"]: message for message in deck.messages(queue)}
    data = by_type["storage.created"]["data"]
    if "url" in data:  # its port and its world differ each time
        data["url"] = ADDRESS["examples"][0]
    families = dict.fromkeys(type_.partition(".")[0] for type_ in EDITIONS[edition].event_types)
    return [by_type[f"{family}.{SHOWN.get(family, 'created')}"] for family in families]


def write_message(message):
    """A message as JSON, with its `data` at the beginning of a line."""
    lines = [""]
    for part in re.split(r'(?<=,) (?=")', json.dumps(message)):
        is_long = len(f"{lines[-1]} {part}") > WIDTH
        if is_long or part.startswith('"data"'):
            lines.append(f" {part}")
        else:
            lines[-1] += f" {part}" if lines[-1] else part
    text = "\n".join(lines)
    assert json.loads(text) == message
    return text


def fill_messages(match):
    texts = map(write_message, make_messages(match[2]))
    return "\n".join([f"{match[1]}{next(texts)}", *texts, match[4]])


def write_page(text):
    return _MESSAGES.sub(fill_messages, text)


def test_the_page_shows_a_message_of_each_family_in_each_edition():
    assert [match[2] for match in _MESSAGES.finditer(PAGE)] == [*EDITIONS]
