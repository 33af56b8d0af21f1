"""`--deck-explore`: a test runs again for each thing that can go wrong, and is reported once."""

from __future__ import annotations

import copy
import json
import shlex
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from deck_sim.base.errors import DeckSimError, listed, nearest
from deck_sim.explore.error_line import cut_pages
from deck_sim.explore.exploration import RUN_LIMIT, Plan, explore
from deck_sim.explore.exploration_report import FAILED as NOT_SURVIVED
from deck_sim.explore.exploration_report import (
    Report,
    describe_progress,
    find_untested,
    group_rows,
    summarize,
)
from deck_sim.explore.troubles import check_names
from deck_sim.explore.watch import Watch
from deck_sim.handle.connect.transports import server_at
from pytest_deck_sim.options import EXPLORED, FAILED, INTERRUPTED, VARIANT, find_folder
from pytest_deck_sim.world_fixture import make_failure, make_key, page_name

_CACHE = "deck/not_survived"  # the name of a value in pytest's cache
_NEEDS_SERVER = (
    "exploration needs a server in this process; leave out --deck-url and the ini value `deck_url`"
)


@dataclass(frozen=True)
class ExploreOptions:
    """The arguments of `@pytest.mark.deck_explore(...)`, which docs/exploration.md explains."""

    troubles: Sequence[str] = ()
    skip: Sequence[str] = ()
    limit: int = RUN_LIMIT
    raises: type[BaseException] | tuple[type[BaseException], ...] = ()
    report_only: bool = False


class Explorer:
    """Runs one test with each trouble in turn, and reports it once. Call `explore` only once."""

    def __init__(self, item: pytest.Item) -> None:
        self._item, self._config = item, item.config
        self._options = ExploreOptions()
        self._reports: list[pytest.TestReport] = []  # of the first run
        self._last_report: Any = None  # of the last run: the failed report, otherwise the first

    def explore(self, nextitem: pytest.Item | None) -> None:
        """Run the test without trouble and with each trouble, and report the test once."""
        item, hooks = self._item, self._item.ihook
        hooks.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        began, baseline, progress = time.perf_counter(), Watch(), _Progress(item.config)
        marker: Any = pytest.CallInfo.from_call(partial(read_explore_marker, item), "setup")
        if marker.excinfo is None:
            self._options = marker.result
            self._run(baseline)
        else:
            self._reports = [pytest.TestReport.from_item_and_call(item, marker)]
        exploration = None
        if all(report.passed and not hasattr(report, "wasxfail") for report in self._reports):
            exploration = self._try_troubles(baseline, progress)
        # All runs have ended. This tears down wider fixtures that the next test does not use.
        state = item.session._setupstate
        teardown = pytest.CallInfo.from_call(lambda: state.teardown_exact(nextitem), "teardown")
        if teardown.excinfo is not None:
            self._reports[-1] = pytest.TestReport.from_item_and_call(item, teardown)
        if exploration is not None:
            call: Any = next(report for report in self._reports if report.when == "call")
            call.deck_explore = exploration.as_json()  # xdist sends it to its controller
            call.duration = time.perf_counter() - began
            if exploration.failed:
                call.outcome, call.longrepr = "failed", exploration.text()
                # If only the last run did not survive, show the failure of the test itself.
                is_last = exploration.of(NOT_SURVIVED) == exploration.results[-1:]
                if is_last and exploration.results and self._last_report.failed:
                    call.longrepr = self._last_report.longrepr
                    call.sections.append(("deck exploration", exploration.text()))
        for report in self._reports:
            hooks.pytest_runtest_logreport(report=report)
        hooks.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _try_troubles(self, baseline: Watch, progress: _Progress) -> Report:
        options, name = self._options, self._item.nodeid

        def again(trouble: str) -> str:
            return f"pytest {shlex.quote(name)} --deck-trouble={shlex.quote(trouble)}"

        report = Report(name, again, report_only=options.report_only)
        seconds = self._config.option.deck_explore_time
        end = time.monotonic() + (float("inf") if seconds is None else seconds)
        plan = Plan(
            only=self._config.option.deck_trouble or options.troubles,
            skip=options.skip,
            limit=options.limit,
            first=_failed_last(self._config).get(name, ()),
            may_lack=bool(options.raises),
            may_begin=lambda: time.monotonic() < end,
            pairs=self._config.option.deck_explore_pairs,
            keeps_timelines=bool(self._config.option.deck_explore_html),
        )
        if baseline.called:
            try:
                explore(baseline, self._run, plan, report, progress.show)
            except KeyboardInterrupt:
                progress.clear()
                report.interrupted = True
                self._config.stash[INTERRUPTED] = report.as_json()
                raise
            progress.clear()
            # The page of each run was written before it was known whether the run survived.
            if folder := find_folder(self._config, "html"):
                for result in report.results:
                    if result.verdict != NOT_SURVIVED:
                        (folder / page_name(f"{name} {result.trouble}")).unlink(missing_ok=True)
        else:
            report.error = "nothing to explore: the test made no call of the Deck API"
            report.report_only = self._item.get_closest_marker("deck_explore") is None
        return report

    def _run(self, watch: Watch) -> str | None:
        """Run the test; return its failure in a line. None: it passed, or `raises` allows it."""
        item = _copy_item(self._item)
        key = make_key(item.nodeid, is_own_server=True)

        @contextmanager
        def watching(url: str) -> Iterator[None]:
            server = server_at(url)
            if server is None:
                raise make_failure(_NEEDS_SERVER)

            async def nothing(_app: object) -> None:
                pass

            with watch.of(server.worlds, key):
                yield
                server.submit(nothing).result()  # when this has run, the world is deleted

        item.stash[EXPLORED] = watching
        if watch.trouble is not None:
            item.stash[VARIANT] = f"{watch.trouble}"
        with _debugger_off(self._config) if watch.trouble else nullcontext():
            try:
                reports = runtestprotocol(item, log=False, nextitem=self._item)
            except KeyboardInterrupt:
                # At the end of the session, an error of a fixture would take its place: `tmp_path`
                # cannot be torn down before its test has a result.
                with suppress(Exception):
                    item.session._setupstate.teardown_exact(None)
                raise
        self._reports = self._reports or reports
        failed = next((report for report in reports if report.failed), None)
        self._last_report = failed or reports[0]
        if failed is None or isinstance(item.stash.get(FAILED, None), self._options.raises):
            return None
        # The message of an assertion has values; only its line says that one is `deck.clock.now`.
        error = item.stash.get(FAILED, None)
        for frame in traceback.extract_tb(error and error.__traceback__)[-1:]:
            names = (f"{item.path}", f"{item.path.with_name('conftest.py')}")
            watch.fails_in_test = frame.filename in names
            watch.checks_clock = ".clock" in f"{frame.line}"
        crash = getattr(failed.longrepr, "reprcrash", None)
        text = _shorten(cut_pages(crash.message if crash else failed.longreprtext))
        of_all = "; this limit is for all runs of an explored test together: raise it"
        return text + of_all * ("from pytest-timeout" in text)


def _shorten(message: str) -> str:
    """Return the first line; if pytest has shortened its values, how they differ, too."""
    first, *others = [line.strip() for line in message.splitlines() if line.strip()] or [""]
    return "; ".join([first, *others[:1]]) if "..." in first else first


def _copy_item(original: pytest.Item) -> Any:
    # pytest has no public way to run a test again. Plugins that rerun tests use these names, too:
    # `runtestprotocol`, `_setupstate`, and the attributes below.
    item: Any = copy.copy(original)
    item.stash, item._report_sections = copy.copy(item.stash), []
    item.stash._storage = {**item.stash._storage}  # or else all runs would share one
    for name in ("_obj", "_instance"):  # or else a class would have one instance for all runs
        item.__dict__.pop(name, None)
    item._initrequest()
    return item


@contextmanager
def _debugger_off(config: pytest.Config) -> Iterator[None]:
    """Turn `--pdb` off, because only the first run may start the debugger."""
    debugger = config.pluginmanager.unregister(name="pdbinvoke") if config.option.usepdb else None
    try:
        yield
    finally:
        if debugger is not None:
            config.pluginmanager.register(debugger, "pdbinvoke")


def _failed_last(config: pytest.Config) -> dict[str, list[str]]:
    """Return the troubles that were not survived last, by test, if `--lf` asks for them."""
    return config.cache.get(_CACHE, {}) if getattr(config.option, "lf", False) else {}


class _Progress:
    """The number of finished runs, shown on a terminal after the name of the test file."""

    def __init__(self, config: pytest.Config) -> None:
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._reporters = [reporter] if reporter else []  # none in a worker of xdist
        self._is_terminal = reporter is not None and reporter.isatty
        self._text, self._began = "", time.perf_counter()

    def show(self, done: int, of: int) -> None:
        if self._is_terminal:
            self.clear(text := f" {describe_progress(done, of, self._began)}")
            self._text = text

    def clear(self, text: str = "") -> None:
        back = "\b" * len(self._text)
        for reporter in self._reporters:
            reporter.write(f"{back}{' ' * len(self._text)}{back}{text}", flush=True)
        self._text = ""


def check_options(config: pytest.Config) -> None:
    """Raise UsageError if a trouble is unknown, or another option excludes exploration."""
    url = config.option.deck_url or config.getini("deck_url")
    if url:
        raise pytest.UsageError(_NEEDS_SERVER)
    if getattr(config.option, "reruns", None):
        raise pytest.UsageError("exploration and --reruns exclude each other; leave one out")
    try:
        check_names(config.option.deck_trouble)
    except DeckSimError as error:
        raise pytest.UsageError(f"--deck-trouble: {error}") from None


def read_explore_marker(item: pytest.Item) -> ExploreOptions:
    """Return the arguments of the test's closest `deck_explore` marker, or the defaults. Raises
    Failed if an argument is unknown or has a wrong value.
    """
    mark = item.get_closest_marker("deck_explore")
    names = [field.name for field in fields(ExploreOptions)]
    args, kwargs = ((), {}) if mark is None else (mark.args, mark.kwargs)
    text = "@pytest.mark.deck_explore"
    for name in [*map(str, args), *kwargs]:
        if name not in names:
            near = nearest(name, names)
            raise make_failure(
                f"{text} has no argument {name!r}{near}; allowed are {listed(names)}"
            )
    for name in ("troubles", "skip"):
        if isinstance(value := kwargs.get(name, ()), str):
            raise make_failure(f"{text}: `{name}` must be a list, like {name}=[{value!r}]")
    options = ExploreOptions(**kwargs)
    try:
        isinstance(None, options.raises)
    except TypeError:
        why = f"`raises` is {options.raises!r}; it must be an exception class or a tuple of them"
        raise make_failure(f"{text}: {why}") from None
    if not isinstance(options.limit, int) or options.limit < 1:
        why = f"`limit` is {options.limit!r}; it must be a whole number, 1 or more"
        raise make_failure(f"{text}: {why}")
    try:
        check_names([*options.troubles, *options.skip])
    except DeckSimError as error:
        raise make_failure(f"{text}: {error}") from None
    return options


def show_reports(
    reports: Sequence[Mapping[str, Any]], terminal: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the causes of all tests, and the result of each one that pytest does not report; write
    the files of `--deck-explore-report` and `--deck-explore-html`, and the troubles for `--lf`.
    """
    terminal.section("deck exploration")
    if len(reports) > 1:
        for line in summarize(reports):
            terminal.line(line)
    for report in reports:
        failed, is_report_only = group_rows(report["results"]), not report["failed"]
        if len(reports) == 1 or config.option.verbose > 0 or (failed and is_report_only):
            terminal.line(f"{report['name']}: {report['summary']}")
            for line in report["details"] if is_report_only or report["interrupted"] else ():
                terminal.line(f"  {line}" if line else "")
    if cache := getattr(config, "cache", None):
        rows = {report["name"]: report["results"] for report in reports}
        new = {
            name: [row["trouble"] for group in group_rows(results) for row in group]
            for name, results in rows.items()
        }
        cache.set(_CACHE, {**cache.get(_CACHE, {}), **new})
    if names := find_untested(config.option.deck_trouble, reports):
        terminal.line(f"--deck-trouble: {listed(names)} occurred in no test", red=True)
        session: Any = terminal._session
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    if folder := find_folder(config, "html"):
        terminal.line(f"pages of the runs that failed: {folder}")
    if name := config.option.deck_explore_report:
        file = config.invocation_params.dir / name
        file.write_text(f"{json.dumps(reports, indent=2, ensure_ascii=False)}\n", "utf-8")
    if name := config.option.deck_explore_html:
        from deck_sim.explore.exploration_page import write_page

        (config.invocation_params.dir / name).write_text(write_page(reports), "utf-8")
