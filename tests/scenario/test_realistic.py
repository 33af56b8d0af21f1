"""Made-up outputs: what they read like, and what becomes of a schema that nothing satisfies."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from deck_sim.engine.chance import draw_below
from deck_sim.scenario.synthesis.outputs import make_output
from deck_sim.scenario.synthesis.realistic import number_for, text_for

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def made(schema, run="trun_1", seed=0):
    return make_output(schema, seed, run, NOW)


def field(name, type_="string", **words):
    """The value that is made for a field of that name."""
    return made({"type": "object", "properties": {name: {"type": type_, **words}}})[name]


@pytest.mark.parametrize("name", ["check_in_date", "checkIn_day", "arrival_date"])
def test_a_name_that_speaks_of_a_day_gets_one_of_the_month_to_come(name):
    """Dates lie around the world's now."""
    assert NOW.date() <= datetime.fromisoformat(field(name)).date() <= NOW.date().replace(month=3)


def test_a_name_that_speaks_of_a_moment_gets_one():
    """`created_at` is a moment in UTC."""
    assert datetime.fromisoformat(field("created_at")).tzinfo == UTC


def test_a_year_is_this_one_or_the_next():
    """A number called year is no number from 1 to 100."""
    assert field("renewal_year", "integer") in (2025, 2026)


def test_a_note_is_a_sentence():
    """It begins with a capital and ends with a full stop."""
    note = field("notes")
    assert note == f"{note[:-1].capitalize()}."
    assert " " in note


def test_the_same_seed_and_run_make_the_same_and_others_make_others():
    """What is made depends on the seed, the run and the place, and on nothing else."""
    schema = {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}}
    assert made(schema) == made(schema)
    assert len({str(made(schema, run)) for run in ("a", "b", "c")}) == 3
    assert made(schema) != made(schema, seed=1)


def test_as_many_fields_as_there_must_be_are_made_up():
    """`minProperties` is met with names of no meaning."""
    schema = {"type": "object", "properties": {"a": {}}, "minProperties": 3}
    assert list(made(schema)) == ["a", "field_1", "field_2"]


RESERVATIONS = {
    "required": ["x"],
    "properties": {
        "x": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "properties": {
                    "confirmation_number": {"type": "string"},
                    "guest": {"type": "string"},
                    "hotelName": {"type": "string"},
                    "check_in": {"type": "string"},
                    "checkOutDate": {"type": "string", "format": "date"},
                    "created_at": {"type": "string", "format": "date-time"},
                    "total_price": {"type": "number", "minimum": 0},
                    "nights": {"type": "integer", "minimum": 1},
                    "contact_email": {"type": "string"},
                    "code": {"type": "string", "pattern": "^[^a]{6}$"},
                    "note": {"type": ["string", "null"]},
                },
            },
        }
    },
}


def test_an_output_reads_like_a_real_one():
    """Names, dates and amounts are of the kind that their fields' names promise."""
    for item in made(RESERVATIONS)["x"]:
        assert re.fullmatch(r"[A-Z]{2}-\d{5}", item["confirmation_number"])
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", item["guest"])
        assert re.fullmatch(r"[A-Z][a-z]+", item["hotelName"])
        assert item["contact_email"].endswith("@example.com")
        assert 10 <= item["total_price"] <= 500
        assert 1 <= item["nights"] <= 5
        assert item["code"].isalnum()


def test_dates_lie_around_the_now_of_the_world():
    """What is to come lies within a month; what has been, behind; a birth, a life ago."""
    soon, past = NOW.date() + timedelta(days=32), NOW.date() - timedelta(days=32)
    for item in made(RESERVATIONS)["x"]:
        assert NOW.date() < date.fromisoformat(item["check_in"]) < soon
        assert NOW.date() < date.fromisoformat(item["checkOutDate"]) < soon
        assert past < datetime.fromisoformat(item["created_at"]).date() < NOW.date()
    born = date.fromisoformat(say("birthday"))
    assert 1960 < born.year < 2006


def say(name, format_=None, now=NOW):
    """A text for one field."""
    numbers = count()
    return text_for(name, format_, lambda limit: draw_below(limit, 0, name, next(numbers)), now)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("first_name", "[A-Z][a-z]+"),
        ("last_name", "[A-Z][a-z]+"),
        ("phone", r"\+1 555 01\d\d"),
        ("url", "https://example.com/[a-z]+"),
        ("city", "[A-Z][a-z]+"),
        ("country", "[A-Z]{2}"),
        ("currency", "[A-Z]{3}"),
        ("addressLine", r"\d+ [A-Z][a-z]+ [A-Z][a-z]+"),
        ("postcode", r"\d{5}"),
        ("status", "active|confirmed|open"),
        ("description", r"[A-Z][a-z]+( [a-z]+){4}\."),
        ("updatedAt", r"2024-12-\d\dT\d\d:\d\d:00Z|2025-01-\d\dT\d\d:\d\d:00Z"),
        ("checkout", r"2025-\d\d-\d\d"),
        ("billingPeriodEnd", r"2025-\d\d-\d\d"),
        ("friend", r"[a-z]+"),
        ("end_station", r"[a-z]+"),
        ("customer_since", r"202[45]-\d\d-\d\d"),
        ("hotel_id", r"[A-Z]{2}-\d{5}"),
        ("customerNumber", r"[A-Z]{2}-\d{5}"),
        ("colour", "[a-z]+"),
        ("", "[a-z]+"),
    ],
)
def test_a_text_is_what_its_name_says(name, shape):
    """The words of a field's name, however it is written, choose the kind of text."""
    assert re.fullmatch(shape, say(name))


def test_numbers_are_what_their_names_say():
    """A price has cents, a year is this one or the next, a month is one of twelve."""
    assert number_for("totalPrice", NOW) == (10, 500, 2)
    assert number_for("fiscal_year", NOW) == (2025, 2026, 0)
    assert number_for("months", NOW) == (1, 12, 0)
    assert number_for("net_pay", NOW) == (1500, 9000, 2)
    assert number_for("taxRate", NOW) == (1, 25, 1)
    assert number_for("tax_percent", NOW) == (0, 100, 0)
    assert number_for("of", NOW) == (1, 100, 0)


@pytest.mark.parametrize(("outer", "shape"), [("hotels", "[A-Z][a-z]+"), ("guest", r"\w+ \w+")])
def test_a_name_is_that_of_what_it_stands_in(outer, shape):
    """The `name` in a hotel is no person's, and the one in a guest is."""
    inner = {"type": "object", "properties": {"name": {"type": "string"}}}
    found = made({"properties": {outer: {"type": "array", "items": inner}}})
    assert all(re.fullmatch(shape, item["name"]) for item in found[outer])


def test_a_birth_is_never_before_the_beginning_of_time():
    """A world that begins in the year 1 has no room for the past; the text is a date anyway."""
    assert say("birth_date", "date", datetime(1, 1, 2, tzinfo=UTC)).startswith("0001-01-")


def test_what_ends_lies_behind_what_begins():
    """A stay ends after it began, a bill falls due after it was written, in every run."""
    for number in range(20):
        names = ("check_in", "check_out", "issued_on", "due_date")
        schema = {"properties": {n: {"type": "string", "format": "date"} for n in names}}
        days = made(schema, run=f"trun_{number}")
        assert days["check_in"] < days["check_out"]
        assert days["issued_on"] < days["due_date"]


def test_a_pattern_that_the_usual_text_meets_gets_it():
    """A currency of three capitals is one that there is."""
    assert field("currency", pattern="^[A-Z]{3}$") in ("CAD", "EUR", "GBP", "USD")
