"""How many clients a server serves at once, and how long it waits for each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server; times are seconds of real time."""

    connections: int = 1000
    header: float = 10  # from the connection, or the first byte of a later request, to the body
    body: float = 60  # from the header to the end of the body
    keep_alive: float = 5  # between an answer and the next request

    @property
    def most_connections(self) -> int:
        """The limit of connections, or half of the files that the process may open if that is less:
        webhooks, scenarios and clients of the same process need some, too.
        """
        try:
            import resource
        except ImportError:  # Windows has no such limit
            return self.connections
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        is_limited = files != resource.RLIM_INFINITY
        return min(self.connections, files // 2) if is_limited else self.connections
