"""The report of `deck-sim exec`: what was called and played, and what is wrong with it."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from deck_sim.handle.deck import Deck
from deck_sim.handle.problems import (
    find_failures,
    find_ignored_names,
    find_unplayed_logins,
    find_unused,
)
from deck_sim.runtime.activity import mask_key

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


@dataclass(frozen=True, slots=True)
class ExecReport:
    """The reports of all worlds of a command, and its exit code."""

    command: list[str]
    exit_code: int
    worlds: list[WorldReport] = field(default_factory=list)

    def write(self, file: Path) -> None:
        """Write it as JUnit XML, if the file's name ends in `.xml`, or as JSON."""
        if file.suffix == ".xml":
            self._junit().write(file, encoding="utf-8", xml_declaration=True)
        else:
            file.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def summary(self) -> str:
        """One paragraph, and a line for each problem."""
        if not self.worlds:
            return (
                "nothing called the simulated API: does the command read DECK_BASE_URL"
                " (or the variable of --env-base-url)?"
            )
        calls, refused = sum(w.calls for w in self.worlds), sum(w.refused for w in self.worlds)
        played, sent = Counter[str](), Counter[str]()
        for world in self.worlds:
            played.update(world.scenarios)
            sent.update(world.deliveries)
        parts = [
            f"{_count(calls, 'call')} in {_count(len(self.worlds), 'world')}"
            f"{f', {refused} of them refused' if refused else ''}",
            f"played {_list(played)}" if played else "no scenario was played",
            *([f"webhooks: {_list(sent)}"] if sent else []),
        ]
        problems = [f"  {world.world}: {text}" for world in self.worlds for text in world.problems]
        parts.append(f"{_count(len(problems), 'problem')}{':' if problems else ''}")
        return "\n".join([f"{'; '.join(parts)}", *problems])

    def _junit(self) -> "ElementTree[Element]":
        """A test case for each scenario of each world, and a failed one for each problem."""
        suites = Element("testsuites")
        for world in self.worlds:
            cases = len(world.scenarios) + len(world.problems)
            suite = SubElement(suites, "testsuite", name=f"deck-sim {world.world}")
            suite.set("tests", f"{cases}")
            suite.set("failures", f"{len(world.problems)}")
            for name, count in world.scenarios.items():
                text = f"played {name} {_count(count, 'time')}"
                SubElement(suite, "testcase", classname=world.world, name=text)
            for problem in (_NOT_IN_XML.sub("�", text) for text in world.problems):
                title = problem.partition("\n")[0]
                case = SubElement(suite, "testcase", classname=world.world, name=title)
                SubElement(case, "failure", message=title).text = problem
        indent(suites)
        return ElementTree(suites)


def report_world(deck: Deck) -> WorldReport:
    """Make the report of the world of a handle."""
    calls = [*deck.requests]
    chosen = (call["scenario"].partition(";")[0] for call in calls if call["scenario"])
    return WorldReport(
        world=mask_key(deck.api_key),
        calls=len(calls),
        refused=sum(call["status"] >= 400 for call in calls),
        scenarios=_counted(chosen),
        deliveries=_counted(delivery["status"] for delivery in deck.deliveries),
        problems=[
            *find_failures(deck),
            *find_ignored_names(deck),
            *find_unused(deck),
            *find_unplayed_logins(deck),
            *(f"{found['name']}: {found['what']}. {found['fix']}" for found in deck.lint),
        ],
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _list(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}x" for name, count in counted.most_common())
