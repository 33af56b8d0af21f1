"""Calls that report on the client (lint), the scenarios (coverage) and deck-sim (fidelity)."""

from collections.abc import Collection

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import refuse
from deck_sim.contract.fidelity import GRADES
from deck_sim.contract.ledger import rows_of
from deck_sim.server.control.clock import read_duration
from deck_sim.server.control.records import print_call
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request


@route("GET", "/lint")
def show_lint(request: Request) -> Answer:
    """Show mistakes of the client that the journal and the deliveries reveal."""
    from deck_sim.runtime import lint

    given = request.query_values("poll_interval")
    interval = read_duration(given[0], "poll_interval") if given else lint.POLL_INTERVAL
    data = [
        {
            "name": rule.name,
            "what": finding.what,
            "why": rule.why,
            "fix": rule.fix,
            "calls": [print_call(call) for call in finding.calls],
        }
        for rule, finding in lint.find_problems(request.simulation, interval)
    ]
    return Answer({"data": data, "dropped": request.simulation.journal.dropped})


@route("GET", "/coverage")
def show_coverage(request: Request) -> Answer:
    """Show which steps and branches of which scenarios were played."""
    from deck_sim.scenario import coverage

    world, library = request.world, request.simulation.library
    return Answer({"data": coverage.coverage(world.played, library, world.rules)})


@route("GET", "/fidelity")
def show_fidelity(request: Request) -> Answer:
    """Show the rows of an edition, by default of the world's; with `grade`, those of one grade."""
    edition = read_word(request, "edition", EDITIONS) or request.world.edition
    grade = read_word(request, "grade", GRADES)
    return Answer({"data": [row.as_json() for row in rows_of(edition, grade)]})


def read_word(request: Request, name: str, allowed: Collection[str]) -> str | None:
    """Read the last value of a query parameter that takes only some words."""
    for word in request.query_values(name)[-1:]:
        if word not in allowed:
            close = nearest(word, allowed)
            text = f"`{name}` must be {listed(allowed, last='or')}, not {quote(word)}{close}"
            raise refuse("request/input_invalid", text, field=name)
        return word
    return None
