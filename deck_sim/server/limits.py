"""How many clients a server serves at once, and how long it waits for each."""

from dataclasses import dataclass, field

_MOST_CONNECTIONS = 1000


def _default_connections() -> int:
    """Half of the files that the process may open: webhooks, scenarios and clients of the same
    process need some, too.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return _MOST_CONNECTIONS
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        _MOST_CONNECTIONS if most == resource.RLIM_INFINITY else min(most // 2, _MOST_CONNECTIONS)
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server; times are seconds of real time."""

    connections: int = field(default_factory=_default_connections)
    header: float = 10  # from the first byte of a request, or from the connection, to its body
    body: float = 60  # from the header to the end of the body
    keep_alive: float = 5  # between an answer and the next request
