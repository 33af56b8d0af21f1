"""The report of `deck-sim exec`: calls, scenarios played, and problems."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import counted, fit_xml
from deck_sim.base.redaction import mask_key
from deck_sim.cli.output import echo
from deck_sim.runtime.registry import RefusedCall, WorldRegistry

if TYPE_CHECKING:
    from deck_sim.runtime.findings import Finding
    from deck_sim.runtime.simulation import Simulation
    from deck_sim.server.uvicorn_server import Server

_MOST_NOTES = 5  # of one kind and world


@dataclass
class WorldReport:
    """A report on the worlds of one API key; after a reset the key has another world."""

    world: str
    calls: int = 0
    refused: int = 0  # calls answered with a status of 400 or more
    scenarios: Counter[str] = field(default_factory=Counter)  # how often each was chosen
    deliveries: Counter[str] = field(default_factory=Counter)  # by status
    problems: Counter[str] = field(default_factory=Counter)
    notes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def as_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "problems": _texts(self.problems),
            "notes": {title: _texts(texts) for title, texts in self.notes.items()},
        }


@dataclass
class ExecReport:
    """The report of `exec`. `problems` are outside any world, such as calls without a key."""

    command: list[str]
    exit_code: int
    worlds: list[WorldReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def write(self, file: Path) -> None:
        """Write the report as JSON, or as JUnit XML if the file's name ends in `.xml`. In XML the
        command and each scenario of each world are test cases; each problem is a failed test case.
        """
        if file.suffix != ".xml":
            report = {**vars(self), "worlds": [world.as_json() for world in self.worlds]}
            file.write_text(json.dumps(report, indent=2) + "\n")
            return
        from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

        failure = "\n".join([f"exit code {self.exit_code}", *self.notes()])
        command = (" ".join(self.command), failure if self.exit_code else None)
        tables = [("exec", [command, *_failed(self.problems)])]
        for world in self.worlds:
            chosen = world.scenarios.items()
            played = [(f"played {name} {counted(count, 'time')}", None) for name, count in chosen]
            tables.append((world.world, [*played, *_failed(_texts(world.problems))]))
        suites = Element("testsuites")
        for name, cases in tables:
            suite = SubElement(suites, "testsuite", name=f"deck-sim {name}", tests=f"{len(cases)}")
            suite.set("failures", f"{sum(text is not None for _, text in cases)}")
            for title, text in cases:
                case = SubElement(suite, "testcase", classname=name, name=fit_xml(title))
                if text is not None:
                    message = fit_xml(text.partition("\n")[0])
                    SubElement(case, "failure", message=message).text = fit_xml(text)
        indent(suites)
        ElementTree(suites).write(file, encoding="utf-8", xml_declaration=True)

    def all_problems(self) -> list[str]:
        of_worlds = (f"{row.world}: {text}" for row in self.worlds for text in _texts(row.problems))
        return [*self.problems, *of_worlds]

    def notes(self) -> list[str]:
        """Return lines about undelivered webhooks; if the command failed, also about what may have
        caused it, such as unfinished runs and refused calls.
        """
        from deck_sim.handle.timeline import cut_middle
        from deck_sim.runtime.findings import FINDING_KINDS

        undelivered, lines = FINDING_KINDS["undelivered_webhook"].title, list[str]()
        for world in self.worlds:
            for title, texts in world.notes.items():
                if self.exit_code or title == undelivered:
                    notes = [f"  {world.world}: {title}: {text}" for text in _texts(texts)]
                    lines += cut_middle(notes, _MOST_NOTES)
        return lines

    def summary(self) -> str:
        calls, refused = sum(w.calls for w in self.worlds), sum(w.refused for w in self.worlds)
        played = sum((world.scenarios for world in self.worlds), Counter[str]())
        sent = sum((world.deliveries for world in self.worlds), Counter[str]())
        worlds = counted(sum(bool(world.calls) for world in self.worlds), "world")
        called = f"{counted(calls, 'call')} in {worlds}"
        if refused:
            called += f", {refused} refused"
        parts = [
            called if calls else "no call reached a world",
            f"played {_list(played)}" if played else "no scenario was played",
        ]
        if sent:
            parts.append(f"webhooks: {_list(sent)}")
        problems = [f"  {text}" for text in self.all_problems()]
        parts.append(f"{counted(len(problems), 'problem')}{':' if problems else ''}")
        return "\n".join(["; ".join(parts), *problems, *self.notes()])


def _failed(problems: list[str]) -> list[tuple[str, str | None]]:
    return [(text.partition("\n")[0], text) for text in problems]


class Reports:
    """A report for each key of a server; it includes worlds that were reset or deleted."""

    def __init__(self, registry: WorldRegistry, secret_name: str, *, keep: bool) -> None:
        self.by_key: dict[str, WorldReport] = {}
        # Each world, and whether it has problems; only if `keep`.
        self.worlds: list[tuple[Simulation, bool]] = []
        self._uncalled: dict[str, Simulation] = {}  # by key, while others were called
        self._registry, self._secret_name, self._keep = registry, secret_name, keep
        registry.before_drop = self.add

    def add(self, simulation: Simulation) -> None:
        """Report on a world if it was called, or if something in it waits for a call. A test set up
        a world with `control_changes`; the program may have sent another key.
        """
        queues, world = simulation.selection.queues.values(), simulation.world
        prepared = (*queues, [*world.injected], world.holds, simulation.unmet_holds)
        if simulation.journal.total or any(prepared):
            self._report(simulation)
        elif simulation.control_changes and self._registry.stray_keys(simulation):
            self._uncalled[simulation.key] = simulation

    def _report(self, simulation: Simulation) -> None:
        from deck_sim.runtime import findings
        from deck_sim.runtime.callers import CALLERS

        journal, world = simulation.journal, simulation.world
        report = self.by_key.setdefault(simulation.key, WorldReport(mask_key(simulation.key)))
        report.calls += journal.total
        report.refused += sum(call.status >= 400 for call in journal)
        report.scenarios.update(call.scenario.name for call in journal if call.scenario)
        report.deliveries.update(f"{row.status}" for row in world.all("event_delivery").values())
        setting = "--webhook-time, or `PATCH /_sim/world`,"
        terms = {**CALLERS["http"], "secret": self._secret_name, "setting": setting}
        notes: dict[str, list[Finding]] = {}
        before = report.problems.total()
        for finding in findings.collect_findings(simulation, self._registry, terms):
            kind = findings.FINDING_KINDS[finding.kind]
            if kind.weight != findings.NOTE:
                report.problems[finding.text] += 1
            # The problems of the whole have the calls without a key.
            elif finding.subject or finding.kind != "refused_call":
                notes.setdefault(kind.title, []).append(finding)
        for title, rows in notes.items():
            report.notes[title].update(findings.list_findings(rows))
        if self._keep:
            self.worlds.append((simulation, report.problems.total() > before))

    def add_present(self) -> None:
        """Finish the reports: add the worlds that still exist."""
        from deck_sim.runtime.advance import catch_up

        for simulation in filter(None, map(self._registry.find, self._registry.known_keys)):
            catch_up(simulation)
            self.add(simulation)
        for key, simulation in self._uncalled.items():
            if key not in self.by_key and self._registry.stray_keys(simulation):
                self._report(simulation)

    def write_pages(self, folder: Path, server: Server, *, every: bool) -> None:
        """Write pages into a folder: about `every` world, or only about those with problems."""
        from deck_sim.handle.connect.control import Control
        from deck_sim.handle.connect.transports import Transport
        from deck_sim.server.inspector.html_report import record_world, write_page

        transport = Transport(server.url)
        folder.mkdir(parents=True, exist_ok=True)
        names = Counter[str]()
        for simulation, has_problems in self.worlds:
            if not (every or has_problems):
                continue
            name = re.sub(r"[^\w-]+", "-", mask_key(simulation.key))
            names[name] += 1
            file = folder / (name + (f"-{names[name]}" if names[name] > 1 else "") + ".html")
            with server.paused() as worlds:
                worlds.adopt(simulation)  # it may have been reset or deleted
            recording = record_world(Control(transport, simulation.key).read)
            file.write_text(write_page(recording, mask_key(simulation.key)), encoding="utf-8")
            echo(f"deck-sim: wrote {file}", err=True)
        transport.disconnect()


def explain_refused_calls(calls: Collection[RefusedCall], key_name: str) -> list[str]:
    """Describe the calls that reached no world."""
    from deck_sim.runtime.findings import explain_refused

    remedy = f"use the key in the variable `{key_name}`"
    rows = (
        (False, "without a key", f"send `Authorization: Bearer KEY`; {remedy}"),
        (True, "with a key that --keys does not allow", remedy),
    )
    return [
        f"{explain_refused(counts, how)}; {fix}"
        for has_key, how, fix in rows
        if (counts := Counter(refused.call for refused in calls if refused.has_key is has_key))
    ]


def _texts(texts: Counter[str]) -> list[str]:
    return [text if n == 1 else f"{text} ({n} times)" for text, n in texts.items()]


def _list(names: Counter[str]) -> str:
    return ", ".join(f"{name} {count}x" for name, count in names.most_common())
