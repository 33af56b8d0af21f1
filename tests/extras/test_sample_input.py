"""The made-up input of a run."""

import pytest

from deck_sim.extras.player import play_scenario
from deck_sim.extras.sample_input import sample_input
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import read_scenario

NOTHING = shipped()


def read(output, *lines, name="story"):
    body = "\n".join([*lines, f"task_run: [running, {{completed: {{output: {{x: {output}}}}}}}]"])
    return read_scenario(f"version: 1\nname: {name}\n{body}\n")


def made(output, *lines, given=None, seed=0):
    return sample_input(read(output, *lines), given or {}, NOTHING, "connections", seed)


@pytest.mark.parametrize(
    ("expression", "type_"),
    [
        ("input.month", int),
        ("input.prefix", str),
        ("input.nothing - 2", (int, float)),
        ("days_from_now(input.prefix)", int),
        ("days_after(input.prefix, 2)", str),
        ("input.rooms | join(', ')", list),
        ("input.rooms | sum", list),
        ("input['prefix']", str),
        ("input.stay.nights", dict),
        ("input.people[1].name", list),
        ("'a' if input.kind == 'b' else 'c'", str),
        ("input.part ~ user.username", str),
    ],
)
def test_a_value_fits_its_place_and_its_name(expression, type_):
    """A run with it completes."""
    story = read(f'"{{{{ {expression} }}}}"')
    task_input = sample_input(story, {}, NOTHING, "connections")
    [value] = task_input.values()
    assert isinstance(value, type_)
    assert play_scenario(story, task_input=task_input).run.status == "completed"


def test_only_what_is_missing_is_made_up():
    """Not what is given, nor what an expression can do without."""
    output = '["{{ input.one }}", "{{ input.two }}", "{{ input.note | default(1) }}", plain, 5]'
    assert [*made(output, given={"one": None})] == ["two"]


def test_a_key_in_a_given_object_is_added():
    """The other keys stay. A given text has no keys."""
    output = '"{{ input.stay.nights }}"'
    assert made(output, given={"stay": {"room": 5}}) == {}
    assert made(output, given={"stay": "long"}) == {}


def test_values_of_when_are_taken():
    """If they are no globs."""
    output = '["{{ input.customer }}", "{{ input.place }}"]'
    values = made(output, "when: {input: {customer: C-1007, place: L*}}")
    assert values["customer"] == "C-1007"
    assert "*" not in values["place"]


def test_the_seed_determines_the_values():
    one, same, other = (made('"{{ input.reference }}"', seed=seed) for seed in (1, 1, 2))
    assert one == same != other


def test_nothing_is_made_up_for_an_expression_that_cannot_be_computed():
    """The run tells what is wrong."""
    for broken in ("input.a / 0", "input.a[input.b.c / 0]", "input.rooms[1000]", "input[1.5]"):
        assert made(f'"{{{{ {broken} }}}}"') == {}


def test_a_playlist_reads_what_its_entries_read():
    """A script for another edition does not count."""
    library = Library(shipped())
    library.add(read('"{{ input.prefix }}"', name="entry"))
    playlist = read_scenario("version: 1\nname: all\nplaylist: [success, entry]\n")
    assert [*sample_input(playlist, {}, library, "connections")] == ["prefix"]
    run = 'task_run: {credentials: [running, {completed: {output: {x: "{{ input.a }}"}}}]}'
    story = read_scenario(f"version: 1\nname: one\n{run}\n")
    assert sample_input(story, {}, library, "connections") == {}
    assert [*sample_input(story, {}, library, "credentials")] == ["a"]
