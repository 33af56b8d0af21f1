"""Draws a scenario as an SVG: a bar for each step, as wide as it is long, and a lane for each
branch. A page can colour it by its classes; alone it is dark on white.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from deck_sim.base.durations import Span
from deck_sim.base.errors import cut, fit_xml
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.script import SCRIPT_KINDS, Path
from deck_sim.scenario.model import Scenario

Counts = Mapping[tuple[str, str, Path], int]  # how often a step was played, as a world counts it

_WIDTH, _ROW, _BAR = 360, 26, 18  # pixels: of all bars of a script, and the heights
_CHARACTER, _GAP, _LEAST = 6, 4, 14  # the width of a character, between bars, and of a bar
_ICONS = {"waiting": "○", "working": "◐", "person": "?", "good": "✓", "bad": "✕", "over": "-"}
_COLORS = {
    "waiting": ("#eceef1", "#6b7280"),
    "working": ("#dce7fd", "#2f62c9"),
    "person": ("#fbead3", "#b45309"),
    "good": ("#d6efdf", "#15803d"),
    "bad": ("#fbdcdc", "#b91c1c"),
    "over": ("#eceef1", "#6b7280"),
    "effect": ("#ffffff", "#6b7280"),
}
_DASHED = {"stroke-dasharray": "3 2"}
_LONGEST = 48  # characters of a question
TIMES = "\u00d7"


def draw_flow(scenario: Scenario, edition: str, counts: Counts | None = None) -> str:
    """Return the picture of a scenario in an edition, with `counts` of what a world has played."""
    picture = _Picture(scenario, edition, counts)
    plays = (kind for kind in SCRIPT_KINDS if kind in EDITIONS[edition].kinds)
    kinds = [kind for kind in plays if scenario.defines(kind, edition)] or ["task_run"]
    for kind in kinds:
        if kinds != ["task_run"]:
            picture.write(kind.replace("_", " "), is_title=True)
        if kind == "task_run" and scenario.entries:
            total = sum((scenario.mix or {}).values())
            for place, name in enumerate(scenario.entries):
                share = f"{scenario.mix[name] / total:.0%}" if scenario.mix else f"{place + 1}."
                picture.write(f"{share} {name}")
        else:
            picture.draw_script(kind)
    for fault in scenario.faults:
        picture.write(f"fault: {fault}")
    return picture.finish()


class _Picture:
    def __init__(self, scenario: Scenario, edition: str, counts: Counts | None) -> None:
        self._scenario, self._edition, self._counts = scenario, edition, counts
        self._parts = list[str]()
        self._top: float = _GAP
        self._right: float = _WIDTH
        self._kind, self._per_second = "", 0.0

    def write(self, text: str, *, is_title: bool = False) -> None:
        """Write a line below all else."""
        self._add_text(_GAP, self._top + 13, text, **{"font-weight": "bold"} if is_title else {})
        self._top += _ROW - _GAP

    def draw_script(self, kind: str) -> None:
        script = self._scenario.script(kind, self._edition)
        spans = filter(None, map(_span, script.steps))
        seconds = sum(span.high.total_seconds() for span in spans)
        self._kind, self._per_second = kind, _WIDTH * 0.7 / max(seconds, 1)
        top, self._top = self._top, self._top + _ROW
        self._draw_steps(script.steps, script.head, _GAP, top)

    def finish(self) -> str:
        size = f'width="{self._right:.0f}" height="{self._top + _GAP:.0f}"'
        box = f'viewBox="0 0 {self._right:.0f} {self._top + _GAP:.0f}"'
        title = escape(fit_xml(f"{self._scenario.name}: {self._scenario.summary}"))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" {size} {box} role="img"'
            ' font-family="system-ui, sans-serif" font-size="11" fill="none">'
            f'<title>{title}</title><rect class="flow-paper" width="100%" height="100%"'
            f' fill="#ffffff"/>{"".join(self._parts)}</svg>\n'
        )

    def _draw_steps(self, steps: Sequence[Any], path: Path, x: float, top: float) -> None:
        begins, ends = list[float](), False
        for index, step in enumerate(steps):
            begins.append(x)
            x, ends = self._draw_step(step, (*path, index), x, top), step.ends
        if not ends and len(path) > 1:
            self._add_text(x, top + 13, "↩ goes on")
        # From the last one, so that no line crosses a branch.
        for index, step in reversed([*enumerate(steps)]):
            begin = begins[index]
            if prompt := getattr(step, "prompt", None):
                question = cut(" ".join(f"{prompt['message']}".split()), _LONGEST)
                self._add_text(begin + 14, self._top + 8, f"“{question}”")
                self._top += _ROW - 8
            for name, branch in step.branches.items():
                self._draw_branch(step, name, branch, (*path, index, name), begin + 8, top)

    def _draw_branch(
        self, step: Any, name: str, branch: tuple[Any, ...], path: Path, x: float, above: float
    ) -> None:
        top, self._top = self._top, self._top + _ROW
        middle = top + _BAR / 2
        self._add("path", d=f"M{x} {above + _BAR}V{middle}h8", stroke=_COLORS["over"][1])
        label = name.removeprefix("on_")
        if label == "rejected" and getattr(step, "attempts", None):
            label = f"after {step.attempts} wrong answers"
        x = self._add_text(x + 12, top + 13, label)
        self._draw_steps(branch, path, x, top)

    def _draw_step(self, step: Any, path: Path, x: float, top: float) -> float:
        """Draw a step and what it says; return where the next one begins."""
        machine = EDITIONS[self._edition].machine(self._kind)
        status = step.status(machine) if step.is_status else ""
        family = machine.family(status) if status in machine.statuses else "effect"
        family = "bad" if step.fails_with else family
        fill, stroke = _COLORS[family]
        count = (self._counts or {}).get((self._scenario.name, self._kind, path), 0)
        played = "" if self._counts is None else " is-played" if count else " is-missed"
        times = f" {TIMES}{count}" if count > 1 else ""
        length = getattr(step, "length", None) or getattr(step, "timeout", None)
        prompt = getattr(step, "prompt", None)
        words = prompt["type"] if prompt else step.word.replace("_", " ")
        words, lasts = f"{words} {length or ''}".strip(), length or family == "person"
        tone = "over" if family == "effect" else family
        self._parts.append(f'<g class="flow-step tone-{tone}{played}">')
        detail = "" if step.is_status else f" {getattr(step, step.shorthand)}"
        self._parts.append(f"<title>{escape(fit_xml(words + detail + times))}</title>")
        if family == "effect" or step.ends or not lasts:
            text = ", ".join(step.fails_with) or words
            icon = _ICONS.get(family, "•")
            self._add("circle", cx=x + 8, cy=top + _BAR / 2, r=8, fill=fill, stroke=stroke)
            self._add_text(x + 8, top + 13, icon, color=stroke, anchor="middle")
            x = self._add_text(x + 20, top + 13, f"{text}{times}")
        else:
            x = self._draw_bar(step, f"{_ICONS[family]} {words}", times, (fill, stroke), x, top)
        self._parts.append("</g>")
        return x

    def _draw_bar(
        self, step: Any, words: str, times: str, colors: tuple[str, str], x: float, top: float
    ) -> float:
        fill, stroke = colors
        span = _span(step)
        least, width = (self._scale(span.low), self._scale(span.high)) if span else (0.0, 0.0)
        if not width:  # a person, or nothing, ends it
            least = width = len(words) * _CHARACTER + 12
        shape = {"y": top, "height": _BAR, "rx": 3}
        if width > least:
            self._add("rect", x=x, width=width, fill=fill, stroke=stroke, **shape, **_DASHED)
        dashed = {} if span else _DASHED
        self._add("rect", x=x, width=least, fill=fill, stroke=stroke, **shape, **dashed)
        # Only the length if not all fits; the title has all.
        for text in (words, f"{span or ''}"):
            if len(text) * _CHARACTER + 8 <= width:
                self._add_text(x + 5, top + 13, text)
                break
        x += width + _GAP
        return self._add_text(x, top + 13, times.strip(), color=stroke) if times else x

    def _scale(self, length: timedelta) -> float:
        return max(_LEAST, length.total_seconds() * self._per_second)

    def _add_text(
        self, x: float, y: float, text: str, color: str = "#1f2328", anchor: str = "", **more: str
    ) -> float:
        """Add a text; return where it ends."""
        more |= {"text-anchor": anchor} if anchor else {}
        self._add("text", escape(fit_xml(text)), x=x, y=y, fill=color, **more)
        end = x + len(text) * _CHARACTER + 2 * _GAP
        self._right = max(self._right, x if anchor else end)
        return end

    def _add(self, tag: str, content: str = "", /, **attributes: Any) -> None:
        written = " ".join(
            f"{name}={quoteattr(f'{value:g}' if isinstance(value, float) else f'{value}')}"
            for name, value in attributes.items()
        )
        self._parts.append(f"<{tag} {written}>{content}</{tag}>")


def _span(step: Any) -> Span | None:
    length = getattr(step, "length", None)
    return length if isinstance(length, Span) else None
