import re
from datetime import date, datetime, timedelta
from itertools import count

from deck_sim.engine.seeded_draws import draw_below
from deck_sim.engine.world import FROZEN_START as NOW
from deck_sim.scenario.realistic import number_for, text_for
from output_schemas import make


def field(name, type_="string", **words):
    return make({"type": "object", "properties": {name: {"type": type_, **words}}})[name]


def test_a_value_in_an_output_fits_the_name_of_its_field():
    assert field("contact_email").endswith("@example.com")
    assert 10 <= field("total_price", "number", minimum=0) <= 500
    assert 1 <= field("nights", "integer", minimum=1) <= 5
    assert field("renewal_year", "integer") in (2025, 2026)
    assert field("code", pattern="^[^a]{6}$").isalnum()
    assert field("currency", pattern="^[A-Z]{3}$") in ("CAD", "EUR", "GBP", "USD")
    assert re.fullmatch("[a-z ]{30}", field("x", minLength=30, maxLength=30))


def test_dates_lie_around_the_clock_of_the_world():
    soon, past = NOW.date() + timedelta(days=32), NOW.date() - timedelta(days=32)
    for name in ("check_in", "checkIn_day", "checkOutDate", "arrival_date"):
        assert NOW.date() < date.fromisoformat(say(name)) < soon
    assert past < datetime.fromisoformat(say("created_at", "date-time")).date() < NOW.date()
    assert 1960 < date.fromisoformat(say("birthday")).year < 2006


def say(name, format_=None):
    numbers = count()
    return text_for(
        name, format_, lambda limit: draw_below(limit, 0, f"{name}/{next(numbers)}"), NOW
    )


SHAPES = [
    ("last_name", "[A-Z][a-z]+"),
    ("phone", r"\+1 555 01\d\d"),
    ("currency", "[A-Z]{3}"),
    ("postcode", r"\d{5}"),
    ("status", "active|confirmed|open"),
    ("description", r"[A-Z][a-z]+( [a-z]+){4}\."),
    ("updatedAt", r"2024-12-\d\dT\d\d:\d\d:00Z|2025-01-\d\dT\d\d:\d\d:00Z"),
    ("checkout", r"2025-\d\d-\d\d"),
    ("end_station", r"[a-z]+"),
    ("customer_since", r"202[45]-\d\d-\d\d"),
    ("customerNumber", r"[A-Z]{2}-\d{5}"),
    ("", "[a-z]+"),
]


def test_a_text_fits_the_name_of_its_field():
    assert [name for name, shape in SHAPES if not re.fullmatch(shape, say(name))] == []


def test_a_number_fits_the_name_of_its_field():
    names = {"fiscal_year": (2025, 2026, 0), "months": (1, 12, 0), "taxRate": (1, 25, 1)}
    assert {name: number_for(name, NOW) for name in names} == names
    assert number_for("of", NOW) == (1, 100, 0)


def test_a_name_fits_the_object_that_it_is_in():
    inner = {"type": "object", "properties": {"name": {"type": "string"}}}
    output = make({"properties": {"hotels": {"type": "array", "items": inner}, "guest": inner}})
    assert all(re.fullmatch("[A-Z][a-z]+", hotel["name"]) for hotel in output["hotels"])
    assert re.fullmatch(r"\w+ \w+", output["guest"]["name"])


def test_an_end_is_after_its_beginning():
    for number in range(20):
        names = ("check_in", "check_out", "issued_on", "due_date")
        schema = {"properties": {n: {"type": "string", "format": "date"} for n in names}}
        days = make(schema, run=f"trun_{number}")
        assert days["check_in"] < days["check_out"]
        assert days["issued_on"] < days["due_date"]
