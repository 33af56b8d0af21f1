"""The call that shows mistakes of the client."""

from deck_sim.runtime import lint
from deck_sim.server.control.clock import read_duration
from deck_sim.server.control.printing import print_call
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request


@route("GET", "/lint")
def show_lint(request: Request) -> Answer:
    """Show mistakes of the client that the journal and the deliveries reveal."""
    given = request.query_values("poll_interval")
    interval = read_duration(given[0], "poll_interval") if given else lint.POLL_INTERVAL
    return Answer(
        {
            "data": [
                {
                    "name": rule.name,
                    "what": finding.what,
                    "why": rule.why,
                    "fix": rule.fix,
                    "calls": [print_call(call) for call in finding.calls],
                }
                for rule, finding in lint.find_problems(request.simulation, interval)
            ]
        }
    )
