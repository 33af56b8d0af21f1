"""The call that shows the fidelity ledger."""

from collections.abc import Collection

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import refuse
from deck_sim.contract.fidelity import GRADES
from deck_sim.contract.ledger import rows_of
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def show_fidelity(request: Request) -> Answer:
    """`GET /_sim/fidelity`: what the edition of the world imitates, and how we know of it; of
    another `edition`, or of one `grade`, if the query says so.
    """
    edition = _asked(request, "edition", EDITIONS) or request.simulation.world.edition
    grade = _asked(request, "grade", GRADES)
    rows = [row for row in rows_of(edition) if grade in (None, row.grade)]
    return Answer({"data": [row.as_json() for row in rows]})


def _asked(request: Request, name: str, allowed: Collection[str]) -> str | None:
    """The last value of a parameter that is one of few; None if it is not there."""
    for word in request.query_values(name)[-1:]:
        if word not in allowed:
            close = nearest(word, allowed)
            text = f"`{name}` must be {listed(allowed, last='or')}, not {quote(word)}{close}"
            raise refuse("request/input_invalid", text, field=name)
        return word
    return None


ROUTES = [Route("GET", "/fidelity", show_fidelity)]
