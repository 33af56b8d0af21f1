"""The places at which something can go wrong: calls, deliveries and steps of a test that passed.

The name of a place has numbers, as in `run 2`, instead of ids, so the name means the same in every
run of the test.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from deck_sim.base.durations import Span
from deck_sim.runtime.call_journal import Call
from deck_sim.runtime.settings import FROZEN
from deck_sim.runtime.simulation import Simulation
from deck_sim.server.api import routes_of

WRITE, READ = "write", "read"  # calls of the program, by whether they change something
DIRECT = "direct"  # writes without a socket
RACE = "race"  # a cancel of a run, or an answer to its prompt
DELIVERY, EARLY, OVERTAKEN = "delivery", "early", "overtaken"
FIRST, LAST = "first", "last"  # deliveries: the first to a destination, the last about a resource
STEP, STEPS, RANGES = "step", "steps", "ranges"  # one step, all steps, steps with a range
SLOW = "slow"  # all steps, if there is time for longer ones
RECORDER = "deck_webhooks"  # the name of the destination of `deck_webhooks`, which only records

_ENDED_BY = re.compile(r"POST /v2/task-runs/\*/(cancel|interaction)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place where something can go wrong.

    `subject` and `number` find it in another run: the `number`-th call that matches a pattern, or
    the `number`-th delivery of an event type for a resource id. A step is found by `subject` alone.
    """

    kind: str
    name: str = ""
    subject: tuple[str, ...] = ()
    number: int = 1
    like: tuple[str, ...] = field(default=(), compare=False)  # the same in similar places
    in_attempt: bool = field(default=False, compare=False)  # a call by which a webhook is handled
    life: str = ""  # the name of the world's `Life`


def find_places(
    simulation: Simulation, life: str, suffix: str, *, timing: bool, room: int
) -> Iterator[Place]:
    """Yield every place of a world, similar ones too; those of steps only if `timing` is true. The
    name of each place ends with `suffix`, such as ` in world 2`. Steps can be `room` times as long.
    """
    steps = _find_steps(simulation, room) if timing else ()
    for place in (*_find_calls(simulation), *_find_deliveries(simulation), *steps):
        like = (life, *(place.like or (place.kind, place.name)))
        yield replace(place, name=f"{place.name}{suffix}", life=life, like=like)


def program_calls(simulation: Simulation) -> list[tuple[str, Call]]:
    """Return the calls of the program under test, each with a pattern like `GET /v2/tasks/*`."""
    routes, calls = routes_of(simulation.world.edition), list[tuple[str, Call]]()
    for call in simulation.journal:
        if not call.from_handle:
            route = routes.match(call.path)
            _, row = (route[0] if route else {}).get(call.method, (None, None))
            path = re.sub(r"\{\w+\}", "*", f"/v2{row.path}") if row else call.path
            calls.append((f"{call.method} {path}", call))
    return calls


def _find_calls(simulation: Simulation) -> Iterator[Place]:
    counts, faulty = Counter[str](), set[tuple[str, str, bytes]]()
    for pattern, call in program_calls(simulation):
        exact = f"{call.method} {call.path}"
        counts.update({pattern, exact})
        number, same = counts[pattern], (call.method, call.path, call.body)
        name = f"{pattern} #{number}"
        # On another clock, other parts of the program call at the same time.
        in_attempt = call.for_webhook and simulation.mode == FROZEN
        # A test of a fault is about one trouble already.
        if (call.fault and not call.by_trouble) or same in faulty:
            faulty.add(same)
            continue
        if call.method != "GET":
            for kind in (WRITE, DIRECT) if call.in_process else (WRITE,):
                yield Place(kind, name, (pattern,), number, in_attempt=in_attempt)
            if call.status < 300 and _ENDED_BY.fullmatch(pattern):
                yield Place(RACE, name, (exact,), counts[exact])
        else:  # reads of one resource in one status are alike, but for those for a webhook
            like = (READ, call.path, f"{call.answered.get('status')}", f"{call.for_webhook}")
            yield Place(READ, name, (pattern,), number, like, in_attempt=in_attempt)


def _find_deliveries(simulation: Simulation) -> Iterator[Place]:
    world, counts = simulation.world, Counter[tuple[str, str]]()
    early_counts, destinations = Counter[tuple[str, str]](), world.all("event_destination")
    attempted = [
        delivery
        for delivery in world.all("event_delivery").values()
        if (log := world.delivery_log.get(delivery.id))
        and not any(entry.fault for entry in log)  # such a test is about one trouble already
        and destinations[delivery["event_destination_id"]]["name"] != RECORDER
    ]
    early = {
        event.id
        for call in simulation.journal
        for event in (world.events.since(*call.caused) if call.caused else ())
    }
    last = {delivery["event_destination_id"]: delivery.id for delivery in attempted}
    first = {delivery["event_destination_id"]: delivery.id for delivery in reversed(attempted)}
    rows = [(row, row.hidden["event"], str(row["event_destination_id"])) for row in attempted]
    # A poll shows the present state, and so what the last event tells, but not those before it.
    last_about = {(destination, event.data.id): event.id for _, event, destination in rows}
    for delivery, event, destination in rows:
        subject = (event.type, event.data.id)
        counts[subject] += 1
        number, kind = counts[subject], event.data.kind
        noun = world.kind(kind).noun.rpartition(" ")[2]
        name = f"{event.type} of {noun} {[*world.all(kind)].index(event.data.id) + 1}"
        name += f" #{number}" if number > 1 else ""
        choice = simulation.chosen.get(event.data.id)
        like = (event.type, f"{number}", choice.played.name if choice else "", destination)
        yield Place(DELIVERY, name, subject, number, (DELIVERY, *like))
        if event.id in early:
            early_counts[subject] += 1
            yield Place(EARLY, name, subject, early_counts[subject], (EARLY, *like))
        if first[destination] == delivery.id:
            yield Place(FIRST, name, subject, number, (FIRST, destination))
        if last_about[destination, event.data.id] == event.id:
            yield Place(LAST, name, subject, number, (LAST, *like))
        if last[destination] != delivery.id:
            yield Place(OVERTAKEN, name, subject, number, (OVERTAKEN, *like))


def is_polled(simulation: Simulation, event_type: str, resource_id: str) -> bool:
    """Whether the program read a resource, or the list that has it, after its last event of a type,
    and not for a webhook.
    """
    events = (event for event in simulation.world.events if event.type == event_type)
    last = max(event.after for event in events if event.data.id == resource_id)
    path = simulation.world.kind(simulation.world.resource(resource_id).kind).path
    return any(
        call.method == "GET"
        and (resource_id in call.path or call.path == f"/v2/{path}")
        and call.after >= last
        and not call.for_webhook
        for _, call in program_calls(simulation)
    )


def _find_steps(simulation: Simulation, room: int = 1) -> Iterator[Place]:
    subjects = dict[str, tuple[str, ...]]()
    has_ranges = False
    for scenario, kind, path in simulation.world.played:
        played = simulation.library.find(scenario)
        # If a script is for one edition, its paths begin with the name of the edition.
        edition = path[0] if isinstance(path[0], str) else None
        positions = played.script(kind, edition).positions if played else {}
        position = positions.get(path[1:] if edition else path)
        step = position and position.step
        length = getattr(step, "length", None)
        if step and getattr(step, "lasts", False) and isinstance(length, Span):
            place = (scenario, kind, "/".join(map(str, path)))
            number = sum(name.partition(" ")[0] == step.word for name in subjects) + 1
            subjects[f"{step.word}" + (f" #{number}" if number > 1 else "")] = place
            has_ranges |= length.low != length.high
    # A test that moves the clock by a fixed amount allows no step to take longer.
    is_fixed = bool(simulation.moves["by"] or simulation.moves["to"])
    if subjects:
        yield Place(STEPS)
        if room > 1 and not is_fixed:
            yield Place(SLOW, number=room)
    if has_ranges and not is_fixed:
        yield Place(RANGES)
    for name, subject in subjects.items():
        yield Place(STEP, name, subject)


def why_no_timing(simulation: Simulation) -> str | None:
    """Return why timing is not explored, although steps take time, or None."""
    if not [*_find_steps(simulation)]:
        return None
    moves = simulation.moves
    if any(call.method == "POST" and call.path.endswith("/cancel") for call in simulation.journal):
        return "the test cancels a run"
    if any(entry.fault for log in simulation.world.delivery_log.values() for entry in log):
        return "a webhook meets a fault of the test"
    if "hold" in simulation.world.counters:
        return "the test holds a run or an answer"
    if simulation.mode == FROZEN and not moves:
        return "the test does not move the clock"
    return None
