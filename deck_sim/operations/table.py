"""The table of operations. The decorator `operation` adds a function, by its name.

A function takes a `simulation` (and `worlds` if it needs more than one world) and plain values, and
returns plain data. The control API calls it with `perform`, and so does the handle in the process
of the server.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from deck_sim.contract.error_catalog import ApiError
from deck_sim.runtime.advance import catch_up
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.request_bodies import check_body, check_depth
from deck_sim.runtime.simulation import Simulation

Json = dict[str, Any]
Function = TypeVar("Function", bound=Callable[..., Json | Awaitable[Json]])

BODY = "body"  # the parameter that takes the whole body of a call
# Arguments that a function gets if it names them. `has_left()`: the caller no longer waits.
_CONTEXT = ("simulation", "worlds", "has_left")


@dataclass
class ControlOperation:
    """One operation. Its parameters are in the path, and in the query or the body."""

    method: str
    path: str  # below `/_sim`, with parameters in braces
    function: Callable[..., Json | Awaitable[Json]]
    words: str  # what it does, for the docs
    shows_records: bool  # whether it shows what was sent and received, perhaps with secrets
    takes_text: bool  # whether its body can be text as well as JSON

    def __post_init__(self) -> None:
        self.signature = inspect.signature(self.function).parameters
        self.parameters = tuple(name for name in self.signature if name not in _CONTEXT)
        self.in_path = tuple(re.findall("{(.*?)}", self.path))
        unchecked = (BODY, *self.in_path)
        self.checked = tuple(name for name in self.parameters if name not in unchecked)

    def check(self, values: Json) -> Json:
        """Return the arguments of the function. Raises ApiError with every mistake in `values`."""
        check_depth(values.get(BODY, values))
        if not self.checked:
            return values
        from deck_sim.operations.parameters import make_model  # slow: pydantic

        unchecked = {name: values[name] for name in self.parameters if name not in self.checked}
        fields = {name: value for name, value in values.items() if name not in unchecked}
        body = check_body(make_model(self.function, self.checked), fields)
        return unchecked | {name: getattr(body, name) for name in self.checked}


CONTROL_OPERATIONS: dict[str, ControlOperation] = {}  # by name


def operation(
    method: str,
    path: str,
    words: str | None = None,
    *,
    name: str | None = None,
    shows_records: bool = False,
    takes_text: bool = False,
) -> Callable[[Function], Function]:
    """Register a function as an operation, with its own docstring and name by default."""

    def register(function: Function) -> Function:
        text = " ".join((words or function.__doc__ or "").split())
        row = ControlOperation(method, path, function, text, shows_records, takes_text)
        CONTROL_OPERATIONS[name or function.__name__] = row
        return function

    return register


async def perform(
    row: ControlOperation,
    values: Json,
    simulation: Simulation,
    worlds: WorldRegistry,
    has_left: Callable[[], bool] = lambda: False,
) -> Json:
    """Perform an operation on a world, save the changes, and return its data, or raise ApiError."""
    simulation.uses += 1
    try:
        catch_up(simulation)
        context = {"simulation": simulation, "worlds": worlds, "has_left": has_left}
        arguments = {name: context[name] for name in _CONTEXT if name in row.signature}
        result = row.function(**arguments, **row.check(values))
        return result if isinstance(result, dict) else await result
    except ApiError:
        raise
    except Exception:
        raise simulation.note_crash(f"{row.method} /_sim{row.path}") from None
    finally:
        simulation.uses -= 1
        simulation.control_changes += row.method != "GET"
        worlds.save(simulation)
        worlds.dispatcher.wake(simulation)
