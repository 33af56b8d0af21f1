"""A real browser for tests: where it is, how it starts, and what its pages must not do."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect, sync_playwright

MISSING = (
    "there is no Chromium: install it (Debian: `apt-get install chromium`), set DECK_SIM_CHROMIUM"
    " to one, or set DECK_SIM_NO_BROWSER=1 to skip the tests in a browser"
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu"]  # beside those of Playwright


def find_chromium():
    name = os.environ.get("DECK_SIM_CHROMIUM")
    paths = map(shutil.which, [name] if name else _NAMES)
    return next(filter(None, paths), None)


class Browser:
    """Chromium, driven from a thread of its own.

    Playwright keeps an event loop running in the thread that uses it; in the main thread, no other
    test could run a coroutine. The thread is not measured, since coverage does not follow the
    greenlets between which Playwright switches.
    """

    def __init__(self, path):
        self._thread = ThreadPoolExecutor(1, "browser", sys.settrace, (None,))
        self._playwright = self.run(lambda: sync_playwright().start())
        launch = self._playwright.chromium.launch
        self._chromium = self.run(launch, executable_path=path, args=_FLAGS)
        expect.set_options(timeout=15_000)  # a busy machine is no failure

    def run(self, function, *arguments, **options):
        return self._thread.submit(function, *arguments, **options).result()

    def new_page(self, watch=lambda page: None, **options):
        """A page in a context of its own. To be called in the thread."""
        page = self._chromium.new_context(**options).new_page()
        watch(page)
        return page

    def close_pages(self):
        for context in [*self._chromium.contexts]:
            self.run(context.close)

    def stop(self):
        self.run(self._chromium.close)
        self.run(self._playwright.stop)
        self._thread.shutdown()


class Watch:
    """Notes what no page of ours may do: log errors, call other hosts, or show the API key."""

    def __init__(self, origin, key):
        self.origin, self.key, self.complaints = origin, key, []
        self.refusals_are_expected = False  # the browser logs each refused or lost call

    def __call__(self, page):
        """Watch a page. What the content policy blocks is an error in its console."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._see)

    def _hear(self, message):
        is_refusal = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not (is_refusal and self.refusals_are_expected):
            at = f" ({message.location['url']})" if is_refusal else ""
            self.complaints.append(f"{message.type}: {message.text}{at}")

    def _see(self, request):
        if not request.url.startswith((self.origin, "file:", "data:", "blob:", "about:")):
            self.complaints.append(f"request to another host: {request.url}")
        if self.key in request.url + request.headers.get("referer", ""):
            self.complaints.append(f"key in a URL: {request.url}")


if __name__ == "__main__":
    sys.exit(0 if find_chromium() else MISSING)
