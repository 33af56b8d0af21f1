"""The report of `deck-sim exec`: what was called and played, and what is wrong with it."""

import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from deck_sim.base.errors import counted
from deck_sim.base.redaction import mask_key
from deck_sim.handle.deck import Deck
from deck_sim.handle.failure_report import find_refusals, find_undelivered
from deck_sim.handle.problems import explain_refused, find_failures, find_unused
from deck_sim.handle.timeline import cut_middle
from deck_sim.runtime.registry import RefusedCall
from deck_sim.runtime.settings import FROZEN

_WAITING = (
    "not sent yet, and only an advance of the frozen clock sends them: use"
    " `POST /_sim/clock/advance`, `deck-sim advance` or --clock on_poll"
)
_IN_PROGRAMS = {"argument": "", "setting": "--webhook-time, or `PATCH /_sim/world`,"}
_MOST_NOTES = 5  # of one kind and world
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class WorldReport:
    """The calls, scenarios, deliveries and problems of one world."""

    world: str
    calls: int
    refused: int  # calls answered with a status of 400 or more
    scenarios: dict[str, int]  # how often each was chosen
    deliveries: dict[str, int]  # by status
    problems: list[str]
    undelivered: list[str] = field(default_factory=list)  # webhooks, and why
    refusals: list[str] = field(default_factory=list)  # refused calls, and why


@dataclass(frozen=True, slots=True)
class ExecReport:
    """The exit code of a command, the reports of its worlds, and problems of no world."""

    command: list[str]
    exit_code: int
    worlds: list[WorldReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def write(self, file: Path) -> None:
        """Write it as JSON, or as JUnit XML if the file's name ends in `.xml`: a test case for each
        scenario of each world, and a failed one for each problem.
        """
        if file.suffix != ".xml":
            file.write_text(json.dumps(asdict(self), indent=2) + "\n")
            return
        suites = Element("testsuites")
        other = WorldReport("no world", 0, 0, {}, {}, self.problems)
        for one in [other, *self.worlds] if self.problems else self.worlds:
            suite = SubElement(suites, "testsuite", name=f"deck-sim {one.world}")
            suite.set("tests", f"{len(one.scenarios) + len(one.problems)}")
            suite.set("failures", f"{len(one.problems)}")
            for name, count in one.scenarios.items():
                text = f"played {name} {counted(count, 'time')}"
                SubElement(suite, "testcase", classname=one.world, name=text)
            for problem in (_NOT_IN_XML.sub("�", text) for text in one.problems):
                title = problem.partition("\n")[0]
                case = SubElement(suite, "testcase", classname=one.world, name=title)
                SubElement(case, "failure", message=title).text = problem
        indent(suites)
        ElementTree(suites).write(file, encoding="utf-8", xml_declaration=True)

    def summary(self, how_to_call: str) -> str:
        """One paragraph, and a line for each problem and each undelivered webhook. If the command
        failed, also for each refused call, since its own output may not have the reason.
        """
        if not (self.worlds or self.problems):
            return f"nothing called the simulated API: does the command {how_to_call}"
        calls, refused = sum(w.calls for w in self.worlds), sum(w.refused for w in self.worlds)
        played, sent = Counter[str](), Counter[str]()
        for world in self.worlds:
            played.update(world.scenarios)
            sent.update(world.deliveries)
        called = f"{counted(calls, 'call')} in {counted(len(self.worlds), 'world')}"
        if refused:
            called += f", {refused} of them refused"
        parts = [
            called if self.worlds else "no call reached a world",
            f"played {_list(played)}" if played else "no scenario was played",
        ]
        if sent:
            parts.append(f"webhooks: {_list(sent)}")
        problems = [f"  {text}" for text in self.problems]
        problems += [f"  {world.world}: {text}" for world in self.worlds for text in world.problems]
        parts.append(f"{counted(len(problems), 'problem')}{':' if problems else ''}")
        lines = ["; ".join(parts), *problems]
        for world in self.worlds:
            kinds = {"undelivered webhooks": world.undelivered}
            kinds |= {"refused": world.refusals} if self.exit_code else {}
            for kind, texts in kinds.items():
                notes = [f"  {world.world}: {kind}: {text}" for text in texts]
                lines += cut_middle(notes, _MOST_NOTES)
        return "\n".join(lines)


def find_refused_calls(refused: Collection[RefusedCall], variable: str) -> list[str]:
    """Explain the calls without a key, or with a wrong one. `variable` holds the right one."""
    keyless = Counter(one.call for one in refused if not one.has_key)
    wrong = Counter(one.call for one in refused if one.has_key)
    fix = f"the key is in `{variable}`"
    return [
        *explain_refused(keyless, "without a key", f"send `Authorization: Bearer KEY`; {fix}"),
        *explain_refused(wrong, "with a key that --keys does not allow", fix),
    ]


def report_world(deck: Deck, secret: str) -> WorldReport:
    """Make the report of the world of a handle. `secret` is the variable that has its secret."""
    world, calls, deliveries = deck.world, [*deck.requests], deck.deliveries
    chosen = (call["scenario"].partition(";")[0] for call in calls if call["scenario"])
    unsent = sum(not delivery["log"] for delivery in deliveries)
    lint = Counter(f"{found['name']}: {found['what']}. {found['fix']}" for found in deck.lint)
    return WorldReport(
        world=mask_key(deck.api_key),
        calls=len(calls),
        refused=sum(call["status"] >= 400 for call in calls),
        scenarios=dict(Counter(chosen).most_common()),
        deliveries=dict(Counter(delivery["status"] for delivery in deliveries).most_common()),
        problems=[
            *find_failures(world),
            *world["ignored_names"],
            *find_unused(deck, world),
            *world["unplayed_login"],
            *(text if count == 1 else f"{text} ({count} times)" for text, count in lint.items()),
        ],
        undelivered=[
            *find_undelivered(deliveries, {**_IN_PROGRAMS, "secret": secret}),
            *([f"{unsent} {_WAITING}"] if unsent and deck.clock.mode == FROZEN else []),
        ],
        refusals=find_refusals(calls),
    )


def _list(names: Counter[str]) -> str:
    return ", ".join(f"{name} {count}x" for name, count in names.most_common())
