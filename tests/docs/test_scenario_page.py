import re
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import run_errors
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.faults import fault as faults
from deck_sim.runtime.world_file import WorldFile
from deck_sim.scenario.conditions import Rule, When
from deck_sim.scenario.expressions import FUNCTIONS, VARIABLES, environment
from deck_sim.scenario.flow import draw_flow
from deck_sim.scenario.library import shipped
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.failures import FailedWith
from deck_sim.scenario.steps.prompts import InteractionField
from deck_sim.scenario.steps.step import STEP_CLASSES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")

STEPS = {
    word: [STEP_CLASSES[key] for key in STEP_CLASSES if key[1] == word] for _, word in STEP_CLASSES
}
PARTS = {
    "scenario": [Scenario],
    "when": [When],
    "field": [InteractionField],
    "error": [FailedWith],
    "world": [WorldFile],
    "rule": [Rule],
}
NOUNS = {
    "InteractionField": "field",
    "FailedWith": "error",
    "Rule": "rule",
    "When": "[when](#when)",
}
NOUNS |= {model.__name__: "[fault](faults.md)" for model in faults.FAULT_CLASSES.values()}
KNOWN_TYPES = {"string": "text", "integer": "whole number", "object": "object", "number": "number"}

_TABLE = re.compile(r"(<!-- table: ([\w ]+) -->\n)(.*?)(<!-- /table -->)", re.DOTALL)


def spell_type(schema):
    if "$ref" in schema:
        return NOUNS[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        ways = [spell_type(way) for way in schema["anyOf"] if way.get("type") != "null"]
        return " or ".join(dict.fromkeys(ways))
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        is_error = all("/" in f"{value}" for value in allowed)
        return "`type/code`" if is_error else " or ".join(f"`{value}`" for value in allowed)
    if schema.get("type") == "array":
        return f"list of {spell_type(schema['items'])}s"
    if "examples" in schema:
        return "duration or `stuck`" if "stuck" in schema["examples"] else "duration"
    if "oneOf" in schema:
        is_script = [way.get("type") for way in schema["oneOf"]] == ["array", "object"]
        return "list of steps, or such a list for each edition" if is_script else "step"
    if "pattern" in schema:
        return "name"
    if {"patternProperties", "propertyNames"} & schema.keys():
        return "object of numbers"
    return KNOWN_TYPES.get(schema.get("type"), "anything")


def row(name, info):
    type_ = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    meaning = " ".join(info.description.split())
    type_name = spell_type(TypeAdapter(type_).json_schema())
    return f"| {name} | {type_name}{default(info)} | {meaning} |\n"


def default(info):
    if info.is_required():
        return ", required"
    return f" (`{info.default}`)" if info.default and isinstance(info.default, str) else ""


def table_of_keys(models):
    """The keys of a mapping. A key that differs between its models has a row for each."""
    rows = {}
    for model in models:
        for name, info in model.model_fields.items():
            rows.setdefault((info.alias or name, info.description), []).append((model, info))
    lines = []
    for (key, _), owners in rows.items():
        model, info = owners[0]
        kind = "" if len(owners) == len(models) else f", {model.kinds[0]}"
        lines.append(row(f"`{key}`{kind}", info))
    return "| key | type (default) | |\n|---|---|---|\n" + "".join(lines)


def table_of_errors():
    codes = {}
    for name in run_errors():
        type_, _, code = name.partition("/")
        codes.setdefault(type_, []).append(f"`{code}`")
    rows = [f"| `{type_}` | {', '.join(names)} |\n" for type_, names in codes.items()]
    return "".join(["| type | codes |\n|---|---|\n", *rows])


def table_of_order(kind):
    """The statuses that a script can have, and those that may follow each in some edition."""
    may_follow = {}
    for edition in (edition for edition in EDITIONS.values() if kind in edition.kinds):
        machine = edition.machine(kind)
        words = {machine.status_after_cancel: "canceled"} if kind == "task_run" else {}
        words |= {status: status for status in machine.statuses if (kind, status) in STEP_CLASSES}
        for status, after in machine.follows.items():
            if (kind, status) in STEP_CLASSES and not STEP_CLASSES[kind, status].ends:
                successors = may_follow.setdefault(status, {})
                successors |= {words[status]: None for status in after if status in words}
    rows = [
        f"| `{status}` | {', '.join(f'`{word}`' for word in after)} |\n"
        for status, after in may_follow.items()
    ]
    return "".join([f"| {kind.removeprefix('task_')} | may be followed by |\n|---|---|\n", *rows])


def table_of_shipped():
    """The included scenarios, ordered by topic, with the edition of those for one alone."""
    lines = ["| scenario | |\n|---|---|\n"]
    scenarios = map(shipped().get, shipped().names())
    for scenario in sorted(scenarios, key=lambda scenario: scenario.tags[0]):
        name, summary = scenario.name, scenario.summary
        edition = "" if len(scenario.editions) == len(EDITIONS) else f", `{scenario.editions[0]}`"
        title = f"[`{name}`](../scenarios/{name}.yaml) ({scenario.tags[0]}{edition})"
        lines.append(f"| {title}<br>{summary} | ![The flow of {name}](images/flows/{name}.svg) |\n")
    return "".join(lines)


def draw_flows():
    """The pictures of the included scenarios, by the names of their files."""
    scenarios = map(shipped().get, shipped().names())
    return {f"{story.name}.svg": draw_flow(story, story.editions[0]) for story in scenarios}


def fill_table(match):
    """Replace the table between two markers. The first names it: `errors`, `shipped`, `order KIND`,
    or some mappings with the same keys.
    """
    words = match[2].split()
    makers = {"errors": table_of_errors, "shipped": table_of_shipped, "order": table_of_order}
    if words[0] in makers:
        table = makers[words[0]](*words[1:])
    else:
        (table,) = {table_of_keys((PARTS | STEPS)[word]) for word in words}
    return f"{match[1]}{table}{match[4]}"


def write_page(text):
    return _TABLE.sub(fill_table, text)


def test_every_step_and_key_has_a_heading_and_an_example():
    blocks = "".join(re.findall(r"```yaml\n(?:# \S+\n)?version: 1\n(.*?)```", PAGE, re.DOTALL))
    for name in (*STEPS, *Scenario.model_fields):
        assert re.search(rf"^### .*\b{name}\b", PAGE, re.MULTILINE), name
        assert name == "version" or re.search(rf"^[ -]*{name}\b", blocks, re.MULTILINE), name


def test_every_mapping_has_its_table():
    tables = " ".join(table[1] for table in _TABLE.findall(PAGE)).split()
    steps = [word for word, models in STEPS.items() if models[0].model_fields]
    assert {"errors", *PARTS, *SCRIPT_KINDS, *steps} <= {*tables}


def test_every_name_of_expressions_is_listed():
    names = [*VARIABLES, *FUNCTIONS, *environment().filters]
    assert [name for name in names if not re.search(rf"`{name}\b", PAGE)] == []


def test_the_right_codes_of_the_included_prompts_are_as_written():
    files = (ROOT / "scenarios").glob("*.yaml")
    codes = [
        code for file in files for code in re.findall(r'accept: {code: "(\w+)"', file.read_text())
    ]
    assert {code: codes.count(code) for code in codes if code != "123456"} == {"654321": 1}
    assert "123456" in codes
