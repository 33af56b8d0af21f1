"""Takes the screenshots of the docs: `scripts/screenshots`."""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx2
from browser import Browser, find_chromium

from deck_sim import DeckSim, WebhookReceiver

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WIDE, LOW = {"width": 1280, "height": 780}, {"width": 1280, "height": 540}

# File, theme, size, what the address names, and what is done before the picture is taken.
PICTURES = [
    ("timeline-light", "light", WIDE, {}, "answer"),
    ("timeline-dark", "dark", WIDE, {}, "answer"),
    ("run", "light", LOW, {"select": "resource:{run}"}, "scroll"),
    ("calls", "light", LOW, {"tab": "journal"}, None),
    ("scenarios", "light", LOW, {"tab": "scenarios"}, None),
]


def tell_story(deck):
    """An afternoon in which most things happen; returns the id of a run that waits for a code."""
    with WebhookReceiver(deck) as receiver:
        receiver.respond(503, times=2)
        ready = deck.ready_task(login=True)
        deck.advance("5s")
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        with httpx2.Client(base_url=deck.base_url, headers=headers) as client:

            def start(scenario, **input_):
                client.headers["Deck-Sim-Scenario"] = scenario
                body = {**ready.login, "input": input_}
                answer = client.post(f"/tasks/{ready.task_id}/run", json=body)
                deck.advance("4s")
                return answer.json()["id"]

            start("success", guest="Alex Green")
            start("source_down", guest="Robin Hall")
            start("needs_approval", guest="Kim Lee")
            run = start("mfa_then_success", guest="Sam Diaz")
            deck.advance("7s")
            client.get("/task-runs", params={"status": "running"})
            client.get(f"/task-runs/{run}")
            client.post(f"/task-runs/{run}/interaction", json={"inputs": {"code": "000000"}})
            client.get("/agents/agt_unknown")
            start("success", guest="Jo Park")
    return run


def take(browser, deck, run, name, theme, size, place, act):
    page = browser.new_page(color_scheme=theme, viewport=size)
    place = {name: value.format(run=run) for name, value in place.items()}
    page.goto(f"{deck.url}/_sim/ui#{urlencode({'key': deck.api_key, **place})}")
    page.locator(".live-live").wait_for(state="attached")
    if act == "answer":
        page.get_by_role("button", name="Answer", exact=True).wait_for()
        page.keyboard.press("a")
    if act == "scroll":
        story = page.get_by_role("heading", name="Scenario", exact=True)
        story.evaluate("heading => heading.scrollIntoView()")
    page.wait_for_timeout(1500)  # answers for the details, and the last animation
    page.screenshot(path=FOLDER / f"{name}.png")


def take_failed_test(browser):
    """The page that `--deck-html` writes for the test of docs/failed-test.md."""
    docs = (FOLDER.parent / "failed-test.md").read_text(encoding="utf-8")
    [(name, code)] = re.findall(r"```py\n# (\w+\.py)\n(.*?)```", docs, re.DOTALL)
    with TemporaryDirectory() as folder:
        Path(folder, name).write_text(code, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "--deck-html=pages", name]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL)
        [file] = Path(folder, "pages").iterdir()
        page = browser.new_page(color_scheme="light", viewport=LOW)
        page.goto(file.as_uri())
        page.wait_for_timeout(1500)
        page.screenshot(path=FOLDER / "failed-test.png")


def main():
    FOLDER.mkdir(exist_ok=True)
    browser = Browser(find_chromium())
    with DeckSim() as deck:
        run = tell_story(deck)
        for picture in PICTURES:
            browser.run(take, browser, deck, run, *picture)
        browser.run(take_failed_test, browser)
        browser.close_pages()
    browser.stop()


if __name__ == "__main__":
    main()
