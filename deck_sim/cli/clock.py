"""`deck-sim clock`: shows or sets the clock of a running server."""

from datetime import datetime, timedelta

import click

from deck_sim.base.durations import format_duration
from deck_sim.cli.command import examples
from deck_sim.cli.option_types import MODE, MOMENT, POSITIVE_DURATION, SPEED, check_clock
from deck_sim.cli.world_command import on_server, print_result
from deck_sim.handle.deck import Deck
from deck_sim.runtime.settings import ON_POLL, REAL


@click.command(
    epilog=examples(
        "deck-sim clock",
        "deck-sim clock --mode frozen",
        "deck-sim clock --speed 60",
        "deck-sim clock --step 5s",
    ),
)
@click.option("--mode", type=MODE, help="How time moves from now on.")
@click.option(
    "--speed",
    type=SPEED,
    help="How much faster than real time the real clock runs.",
)
@click.option(
    "--step",
    type=POSITIVE_DURATION,
    help="How much time each read takes with the mode on_poll.",
)
@click.option("--now", type=MOMENT, help="Advance to this moment first.")
@on_server
def command(
    deck: Deck,
    mode: str | None,
    speed: float | None,
    step: timedelta | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Show the clock of a running server, or set it.

    Lists what is due next and what waits for a person.
    """
    check_clock("--mode", mode, speed=speed, step=step)
    if step is not None and speed is not None:
        raise click.UsageError("--step is for the mode on_poll, and --speed for the mode real")
    if now and not (mode or speed or step):
        mode, step = deck.clock.mode, deck.clock.step
        speed = deck.clock.speed if mode == REAL else None
    if mode or speed or step:
        mode = mode or (REAL if speed else ON_POLL)
        deck.clock.set(mode, now=now, speed=speed, step=step)
    state, clock = deck.next(), deck.clock
    length = (step := clock.step) and format_duration(step)
    data = {"now": state["now"], "mode": clock.mode, "speed": clock.speed, "step": length}
    data |= {name: state[name] for name in ("due", "waiting")}
    lines = [
        f"{data['now']}  {data['mode']}{f', {length} for each read' if length else ''}",
        *(f"  in {row['in']:<10}  {row['id']:<21}  {row['what']}" for row in data["due"]),
        *(f"  waits          {row['id']:<21}  {row['status']}" for row in data["waiting"]),
    ]
    if not lines[1:]:
        lines.append("  nothing is due and nothing waits")
    print_result(data, "\n".join(lines), as_json=as_json)
