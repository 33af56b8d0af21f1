"""The table of the calls below `/_sim`: each function has its method and path above it."""

from collections.abc import Callable
from typing import TypeVar

from deck_sim.server.routing import Endpoint, Route

ROUTES: list[Route] = []
Function = TypeVar("Function", bound=Endpoint)


def route(method: str, path: str) -> Callable[[Function], Function]:
    """Register a function for a method and a path below `/_sim`."""

    def register(function: Function) -> Function:
        ROUTES.append(Route(method, path, function))
        return function

    return register
