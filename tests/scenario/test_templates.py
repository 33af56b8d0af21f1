from datetime import UTC, datetime

import pytest

from deck_sim.scenario import expressions
from deck_sim.scenario.expressions import ExpressionError, names_at, render, template_problems

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
INPUT = {
    "check_in": "2025-02-01",
    "nights": 3,
    "rate": 99.5,
    "vip": True,
    "note": None,
    "guests": ["Ada", "Bruno", "Ada"],
    "rooms": [{"price": 10}, {"price": 20}],
    "address": {"city": "Oslo", "items": "taken"},
}
TASK = {"id": "task_1", "name": "Read"}
CONNECTION = {"id": "conn_1", "external_id": "u-7", "username": "ada@example.com"}


def compute(value, **more):
    names = {"input": {**INPUT, **more}, "task": TASK, "connection": CONNECTION}
    return render(value, names_at(NOW, **names))


def refusal(text, **more):
    """Why an expression is refused; the error quotes it first."""
    try:
        return f"computed {compute(text, **more)!r}"[:200]
    except ExpressionError as error:
        return f"{error}".split("`: ", 1)[-1]


ALONE = [
    ("{{ input.nights }}", 3),
    ("{{ input.vip }}", True),
    ("{{- input.nights -}}", 3),
    ("{{ '}}' }}", "}}"),
    ("{{ (1, 2) }}", [1, 2]),
    ("{{ input.nights * 2 + 1 }}", 7),
    ("{{ 2 ** 10 % 7 }}", 2),
    ("{{ input.guests[1:] }}", ["Bruno", "Ada"]),
    ("{{ input['check_in'] }}", "2025-02-01"),
    ("{{ input.nights if input.vip else 0 }}", 3),
    ("{{ input.nope is defined }}", False),
    ("{{ 'Ada' in input.guests and input.nights is odd }}", True),
    ("{{ input.nope|default('none') }}", "none"),
    ("{{ input.guests|unique }}", ["Ada", "Bruno"]),
    ("{{ input.guests|unique|join(', ') }}", "Ada, Bruno"),
    ("{{ [1, '1', 1]|unique }}", [1, "1"]),
    ("{{ input.rooms|sum(attribute='price') }}", 30),
    ("{{ input.check_in|replace('-', '') }}", "20250201"),
    ("{{ now }}", "2025-01-15T09:30:00Z"),
    ("{{ today }}", "2025-01-15"),
    ("{{ input.address.items }}", "taken"),
    ("{{ days_from_now(30) }}", "2025-02-14"),
    ("{{ days_after(input.check_in, input.nights) }}", "2025-02-04"),
]


def test_an_expression_alone_keeps_the_type_of_its_value():
    results = {text: compute(text) for text, _ in ALONE}
    assert [*map(repr, results.values())] == [repr(result) for _, result in ALONE]


IN_A_TEXT = [
    ("{{ input.nights }} nights", "3 nights"),
    ("{{ input.nights }}{{ input.nights }}", "33"),
    ("VIP: {{ input.vip }}, {{ input.note }}", "VIP: true, null"),
    ("for {{ input.guests }}", 'for ["Ada", "Bruno", "Ada"]'),
    ("{{ input.vip|string }}!", "true!"),
    ("<{{ '&' }}>", "<&>"),
]


def test_in_a_longer_text_a_value_is_written_as_json_writes_it():
    assert [(text, compute(text)) for text, _ in IN_A_TEXT] == IN_A_TEXT


def test_expressions_are_computed_at_any_depth():
    plain = {"a": [1, 2.5, True, None, "text"], "b": {"c": "}}"}}
    assert compute(plain) == plain
    value = {"list": [{"{{ input.nights }}": "{{ input.nights }}"}]}
    assert compute(value) == {"list": [{"3": 3}]}


DEEP = "the expression is nested too deeply; use fewer brackets or operators"
MISTAKES = [
    ("{{ inptu.x }}", "unknown name 'inptu'; did you mean 'input'?"),
    (
        "{{ secrets }}",
        "unknown name 'secrets'; allowed: `input`, `task`, `user`, `connection`, `credential`,"
        " `session`, `run`, `now`, `today`, `days_from_now` or `days_after`",
    ),
    ("{{ connection.user_name }}", "unknown key 'user_name'; did you mean 'username'?"),
    ("{{ run.status }}", "unknown key 'status'; allowed: `id`"),
    ("{{ input.x|uper }}", "unknown filter 'uper'; did you mean 'upper'?"),
    ("{{ 1 is blank }}", "unknown test 'blank'; did you mean 'boolean'?"),
    ("{{ today() }}", "only `days_from_now` and `days_after` can be called"),
    ("{{ input.x() }}", "only `days_from_now` and `days_after` can be called"),
    ("{{ input.x", "not an expression: unexpected end of the text, expected `}}`"),
    ("{{ }}", "not an expression: Expected an expression, got `}}`"),
    ("{{ a b }}", "not an expression: expected token `}}`, got 'b'"),
    ("{{ 1 }}{# one #}", "only `{{ … }}` expressions are allowed, not `{%` or `{#`"),
    ("{% if 1 %}", "only `{{ … }}` expressions are allowed, not `{%` or `{#`"),
    (f"{{{{ {'(' * 200}1{')' * 200} }}}}", DEEP),
    (f"{{{{ 1{' + 1' * 5000} }}}}", DEEP),
]


def test_a_mistake_in_an_expression_is_found_before_it_is_played():
    assert [(text, *template_problems(text)) for text, _ in MISTAKES] == MISTAKES
    assert [(text, refusal(text)) for text, _ in MISTAKES] == MISTAKES


ESCAPES = [
    ("{{ ''.__class__ }}", "unknown key '__class__'"),
    ("{{ ().__class__.__base__.__subclasses__() }}", "only `days_from_now` and `days_after`"),
    ("{{ days_from_now.__globals__ }}", "unknown key '__globals__'"),
    ("{{ days_from_now }}", "the result must be text"),
    ("{{ input.pop('nights') }}", "only `days_from_now` and `days_after` can be called"),
    ("{{ '{0.__class__}'.format_map }}", "unknown key 'format_map'"),
    ("{{ input|attr('__class__') }}", "unknown filter 'attr'"),
    ("{{ input|map('upper') }}", "unknown filter 'map'"),
    ("{{ self._TemplateReference__context }}", "unknown name 'self'"),
    ("{{ __import__('os') }}", "unknown name '__import__'"),
    ("{{ x = 1 }}", "not an expression:"),
    ("{% for x in input %}{% endfor %}", "only `{{ … }}` expressions are allowed"),
    ("{{ 1 }}{% raw %}", "only `{{ … }}` expressions are allowed"),
]
REFUSED = [
    ("{{ 'x' * 70000 }}", "the result is larger than 64 KiB"),
    ("{{ input.huge }}", "the result is larger than 64 KiB"),
    ("{{ 1e300 * 1e300 }}", "the expression cannot be computed: Out of range float values are not"),
    ("{{ (-8) ** 0.5 }}", "the result must be text"),
    ("{{ input.note + 1 }}", "the expression cannot be computed: unsupported operand type(s) for"),
    ("{{ 1 // 0 }}", "the expression cannot be computed: integer division or modulo by zero"),
    ("{{ []|first }}", "No first item, sequence was empty."),
]


def test_the_sandbox_holds():
    for text, why in ESCAPES + REFUSED:
        assert refusal(text, huge="x" * 70_000).startswith(why), text[:60]


MISSING = [
    ("{{ input.nihgts }}", "unknown key 'nihgts'; did you mean 'nights'?"),
    ("{{ input.guests[7] }}", "unknown key 7"),
    ("{{ run.id }}", "unknown key 'id'"),
    ("{{ input.nope + 1 }}", "unknown key 'nope'"),
    ("{{ input.nope ~ 'x' }}", "unknown key 'nope'"),
    ("{{ 1 if input.nope else 2 }}", "unknown key 'nope'"),
    ("{{ days_after(input.nope, 1) }}", "unknown key 'nope'"),
    ("{{ days_after('soon', 1) }}", "'soon' is not a date like 2025-01-15"),
]


def test_a_missing_key_is_an_error_wherever_it_is_used():
    for text, why in MISSING:
        assert refusal(text).startswith(why), text


def test_an_error_quotes_the_beginning_of_its_text():
    for text, begins in (
        ("{{ input.a }}", "`{{ input.a }}`: unknown key 'a'"),
        ("Dear Alex, " * 9 + "{{ input.a }}", f"`{'Dear Alex, ' * 5}Dear…`: unknown key 'a'"),
    ):
        with pytest.raises(ExpressionError) as caught:
            compute(text)
        assert str(caught.value).startswith(begins)


def test_the_known_keys_of_variables_are_those_of_a_played_script(sim, run_task):
    value = {name: f"{{{{ {name} }}}}" for name in expressions.VARIABLES}
    steps = ["running", {"completed": {"output": value}}]
    sim.put("/scenarios/all", json={"task_run": steps})
    run_task("all")
    output = sim.get("/events").json()["data"][-1]["data"]["output"]
    keys_of = {name: keys for name, keys in expressions.VARIABLES.items() if keys}
    elsewhere = {"credential": (), "session": ()}  # nothing, in this edition
    assert {name: tuple(output[name]) for name in keys_of} == keys_of | elsewhere
