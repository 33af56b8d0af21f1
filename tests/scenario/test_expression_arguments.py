"""Wrong arguments in expressions: messages in terms of the expression."""

from datetime import UTC, datetime

import pytest

from deck_sim.scenario.expressions.templates import (
    ExpressionError,
    names_at,
    render,
    template_problems,
)

NAMES = names_at(
    datetime(2025, 1, 15, tzinfo=UTC),
    input={"rooms": [{"price": 3}, {"price": "x"}], "name": "x", "none": None, "list": [1, 2]},
)
TOGETHER = (
    "it cannot be computed: the types of its values do not fit together, like text and a number"
)

# Reported when the file is read.
MISUSED = {
    "input.rooms|join(attribute='price')": "`join` takes no `attribute`; it takes `between`",
    "input.list|sort(up=1, down=2)": (
        "`sort` takes no `up` or `down`; it takes `reverse`, `case_sensitive` and `attribute`"
    ),
    "1|round(2, 'ceil')": "`round` has too many arguments; it takes `precision`",
    "'a'|title(1)": "`title` has too many arguments; it takes no arguments",
    "'a'|replace('x')": "`replace` needs `new`",
    "'a'|replace": "`replace` needs `old` and `new`",
    "input.list|join(*[1])": "`join` takes no `*` and no `**`",
    "1|default(**{'a': 1})": "`default` takes no `*` and no `**`",
    "1 is even(2)": "`even` has too many arguments; it takes no arguments",
    "days_from_now()": "`days_from_now` needs `days`",
    "days_after(days=1)": "`days_after` needs `day`",
    "days_from_now(weeks=1)": "`days_from_now` takes no `weeks`; it takes `days`",
    "1e400": "a number in it is too large",
    "[-1e400]": "a number in it is too large",
}
# Reported when the expression is computed.
REFUSED = {
    "input.none + 1": "`+` cannot be used with null and a number",
    "'x' * 1.5": "`*` cannot be used with text and a number",
    "5 % 'x'": "`%` cannot be used with a number and text",
    "input - 1": "`-` cannot be used with an object and a number",
    "-input.name": "`-` cannot be used with text",
    "input.name|abs": "`abs` cannot be used with text",
    "true|length": "`length` cannot be used with true or false",
    "input.none|first": "`first` cannot be used with null",
    "input.list|round('x')": "`round` cannot be used with a list and text",
    "input.list|join(between=5)": "`join` cannot be used with a list and a number",
    "days_from_now|abs": "`abs` cannot be used with this",
    "input.name < 1": TOGETHER,
    "1 in 5": TOGETHER,
    "input.list[::0]": TOGETHER,
    "1 // 0": "it divides by zero",
    "1 % 0": "it divides by zero",
    "[]|first": "it takes an item of an empty list",
    "[]|max": "it takes an item of an empty list",
    "10.0 ** 400": "it makes too large a number",
}


@pytest.mark.parametrize(("expression", "text"), (MISUSED | REFUSED).items())
def test_wrong_arguments_are_reported_in_terms_of_the_expression(expression, text):
    """With parameters and JSON types; before it is computed, if the mistake needs no values."""
    written = f"{{{{ {expression} }}}}"
    assert list(template_problems(written)) == ([text] if expression in MISUSED else [])
    with pytest.raises(ExpressionError) as caught:
        render(written, NAMES)
    assert str(caught.value) == f"`{written}`: {text}"


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("input.list|join(between=', ')", "1, 2"),
        ("input.list|sort(reverse=true)", [2, 1]),
        ("input.list|sum", 3),
        ("'1.5'|float + 1 - 0.5 * 2 / 1 // 1", 1.5),
        ("+1 - -1", 2),
        ("days_after(day='2025-01-31', days=1)", "2025-02-01"),
        ("input.nothing|default('a', boolean=true)", "a"),
    ],
)
def test_arguments_go_by_place_or_name(expression, made):
    """Filters and functions take both."""
    assert render(f"{{{{ {expression} }}}}", NAMES) == made
