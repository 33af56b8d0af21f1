"""The report of `deck-sim exec`: calls, scenarios played, and problems."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deck_sim.base.errors import counted
from deck_sim.base.redaction import mask_key
from deck_sim.runtime.registry import RefusedCall, WorldRegistry

if TYPE_CHECKING:
    from deck_sim.runtime.simulation import Simulation

_MOST_NOTES = 5  # of one kind and world
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class WorldReport:
    """A report on the worlds of one API key; after a reset the key has another world."""

    world: str
    calls: int
    refused: int  # calls answered with a status of 400 or more
    scenarios: dict[str, int]  # how often each was chosen
    deliveries: dict[str, int]  # by status
    problems: list[str]  # each as often as it was found, until `Reports` counts them
    undelivered: list[str] = field(default_factory=list)  # webhooks, and why
    unfinished: list[str] = field(default_factory=list)  # connections, sessions and runs, and why
    refusals: list[str] = field(default_factory=list)  # refused calls, and why

    def add(self, later: WorldReport) -> WorldReport:
        """Return this report combined with a report on a later world of the same key."""

        def add(old: Any, new: Any) -> Any:
            if isinstance(old, list):
                return [*dict.fromkeys(old + new)]
            return dict(Counter(old) + Counter(new)) if isinstance(old, dict) else old + new

        names = [row.name for row in fields(self)[1:]]
        total = WorldReport(self.world, *(add(getattr(self, n), getattr(later, n)) for n in names))
        return replace(total, problems=self.problems + later.problems)


@dataclass(frozen=True, slots=True)
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
            file.write_text(json.dumps(asdict(self), indent=2) + "\n")
            return
        from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

        failure = "\n".join([f"exit code {self.exit_code}", *self.notes()])
        command = (" ".join(self.command), failure if self.exit_code else None)
        tables = [("exec", [command, *_failed(self.problems)])]
        for world in self.worlds:
            chosen = world.scenarios.items()
            played = [(f"played {name} {counted(count, 'time')}", None) for name, count in chosen]
            tables.append((world.world, [*played, *_failed(world.problems)]))
        suites = Element("testsuites")
        for name, cases in tables:
            suite = SubElement(suites, "testsuite", name=f"deck-sim {name}", tests=f"{len(cases)}")
            suite.set("failures", f"{sum(text is not None for _, text in cases)}")
            for title, text in cases:
                case = SubElement(suite, "testcase", classname=name, name=_as_xml(title))
                if text is not None:
                    message = _as_xml(text.partition("\n")[0])
                    SubElement(case, "failure", message=message).text = _as_xml(text)
        indent(suites)
        ElementTree(suites).write(file, encoding="utf-8", xml_declaration=True)

    def all_problems(self) -> list[str]:
        of_worlds = (f"{row.world}: {text}" for row in self.worlds for text in row.problems)
        return [*self.problems, *of_worlds]

    def notes(self) -> list[str]:
        """Return lines about undelivered webhooks; if the command failed, also about what may have
        caused it: unfinished connections, sessions and runs, and refused calls.
        """
        from deck_sim.handle.timeline import cut_middle

        lines = list[str]()
        for world in self.worlds:
            kinds = {"undelivered webhooks": world.undelivered}
            if self.exit_code:
                kinds |= {"unfinished": world.unfinished, "refused": world.refusals}
            for kind, texts in kinds.items():
                notes = [f"  {world.world}: {kind}: {text}" for text in texts]
                lines += cut_middle(notes, _MOST_NOTES)
        return lines

    def summary(self, if_not_called: str) -> str:
        not_called = f"nothing called the simulated API: {if_not_called}"
        if not (self.worlds or self.problems):
            return not_called
        calls, refused = sum(w.calls for w in self.worlds), sum(w.refused for w in self.worlds)
        played, sent = Counter[str](), Counter[str]()
        for world in self.worlds:
            played.update(world.scenarios)
            sent.update(world.deliveries)
        called = f"{counted(calls, 'call')} in {counted(len(self.worlds), 'world')}"
        if refused:
            called += f", {refused} refused"
        parts = [
            called if calls else "no call reached a world" if self.problems else not_called,
            f"played {_list(played)}" if played else "no scenario was played",
        ]
        if sent:
            parts.append(f"webhooks: {_list(sent)}")
        problems = [f"  {text}" for text in self.all_problems()]
        parts.append(f"{counted(len(problems), 'problem')}{':' if problems else ''}")
        return "\n".join(["; ".join(parts), *problems, *self.notes()])


def _failed(problems: list[str]) -> list[tuple[str, str | None]]:
    return [(text.partition("\n")[0], text) for text in problems]


def _as_xml(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)


class Reports:
    """A report for each key of a server; it includes worlds that were reset or deleted."""

    def __init__(self, registry: WorldRegistry, secret_name: str, *, keep: bool) -> None:
        self.by_key: dict[str, WorldReport] = {}
        self.worlds: list[tuple[Simulation, WorldReport]] = []  # each world, if `keep`
        self._registry, self._secret_name, self._keep = registry, secret_name, keep
        registry.before_drop = self.add

    def add(self, simulation: Simulation) -> None:
        world = simulation.world
        prepared = (*simulation.selection.queues.values(), [*world.injected], world.holds)
        if simulation.journal.total or any(prepared):
            key = simulation.key
            report = report_world(simulation, self._registry, self._secret_name)
            self.by_key[key] = self.by_key[key].add(report) if key in self.by_key else report
            self.worlds += [(simulation, report)] if self._keep else []

    async def add_present(self, _app: object) -> None:
        """Finish the reports: add worlds that still exist; list each problem once, with a count."""
        for simulation in filter(None, map(self._registry.find, self._registry.known_keys)):
            from deck_sim.runtime.advance import catch_up

            catch_up(simulation)
            self.add(simulation)
        for key, report in self.by_key.items():
            times = Counter(report.problems).items()
            texts = [text if count == 1 else f"{text} ({count} times)" for text, count in times]
            self.by_key[key] = replace(report, problems=texts)


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


def report_world(simulation: Simulation, registry: WorldRegistry, secret_name: str) -> WorldReport:
    from deck_sim.runtime.findings import (
        CALLERS,
        FINDING_KINDS,
        NOTE,
        Finding,
        collect_findings,
        list_findings,
    )

    journal = simulation.journal
    setting = "--webhook-time, or `PATCH /_sim/world`,"
    terms = {**CALLERS["http"], "secret": secret_name, "setting": setting}
    findings = collect_findings(simulation, registry, terms)
    groups = dict[str, list[Finding]]()
    for finding in findings:
        is_delivery = finding.details.get("kind") == "event_delivery"
        groups.setdefault("unsent" if is_delivery else finding.kind, []).append(finding)
    undelivered = groups.get("undelivered_webhook", [])
    attempted = {finding.subject for finding in undelivered}
    attempted.update(*(row.details["deliveries"] for row in groups.get("failed_webhook", ())))
    unsent = [row for row in groups.get("unsent", ()) if row.subject not in attempted]
    deliveries = simulation.world.all("event_delivery").values()
    chosen = (call.scenario.name for call in journal if call.scenario)
    return WorldReport(
        world=mask_key(simulation.key),
        calls=journal.total,
        refused=sum(call.status >= 400 for call in journal),
        scenarios=dict(Counter(chosen).most_common()),
        deliveries=dict(Counter(str(row.status) for row in deliveries).most_common()),
        problems=[row.text for row in findings if FINDING_KINDS[row.kind].weight != NOTE],
        undelivered=list_findings([*undelivered, *unsent]),
        unfinished=list_findings(groups.get("unfinished_resource", ())),
        # The summary has the calls without a key already.
        refusals=[row.text for row in groups.get("refused_call", ()) if row.subject],
    )


def _list(names: Counter[str]) -> str:
    return ", ".join(f"{name} {count}x" for name, count in names.most_common())
