"""The files and screenshots of a run."""

from hashlib import sha256
from typing import Any, NamedTuple

from deck_sim.engine.records import Resource
from deck_sim.engine.world import OF_RUN, World


class File(NamedTuple):
    """A file or screenshot."""

    content: bytes
    type: str  # a media type
    name: str


def keep_file(
    world: World, run: Resource, name: str, type_: str, content: bytes, extraction: Any, result: str
) -> None:
    """Keep a file as a storage item, if the run's task keeps files and has no equal one."""
    storage = world.all("task")[run["task_id"]]["storage"] or {"enabled": False}
    digest = sha256(content).hexdigest()
    if not storage["enabled"]:
        world.note("task_run", run.id, f"file {name} not kept: the task's storage is not enabled")
    elif storage["deduplication"] and any(
        item.hidden["digest"] == digest and item.hidden["task_id"] == run["task_id"]
        for item in world.all("storage").values()
        if not world.is_gone(item)
    ):
        world.note("task_run", run.id, f"file {name} not kept: the task has its bytes already")
    else:
        fields = {
            "file_name": name,
            "file_type": type_,
            "file_size": len(content),
            "extraction": extraction if storage["extraction"] else None,
            "task_run_id": run.id,
            "result": result,
        }
        hidden = {"content": content, "digest": digest, "task_id": run["task_id"]}
        world.create("storage", fields, hidden)


def files_of(world: World, run: Resource) -> dict[str, Resource]:
    """The storage items of a run by id, oldest first, deleted ones included."""
    stored = world.all("storage")
    return {id_: stored[id_] for id_ in world.members.get((run.id, OF_RUN), ())}


def take_screenshot(world: World, run: Resource, name: str, reasoning: str) -> None:
    """Add a screenshot: a PNG of one pixel."""
    shot = {
        "file_name": name,
        "file_type": "image/png",
        "file_size": len(PIXEL),
        "created_at": world.now,
        "reasoning": reasoning,
    }
    world.screenshots.setdefault(run.id, []).append(shot)
    world.touch("screenshots", run.id)
    world.note("task_run", run.id, f"screenshot {name}")


def read_file(world: World, file_id: str) -> File | None:
    """The storage item or screenshot with that id; None if it does not exist."""
    item = world.find("storage", file_id)
    if item is not None:
        return File(item.hidden["content"], item["file_type"], item["file_name"])
    run_id, _, number = file_id.rpartition(".")
    run = world.find("task_run", run_id)
    shots = kept_screenshots(world, run) if run else ()
    found = (File(PIXEL, "image/png", shot["file_name"]) for n, shot in shots if f"{n}" == number)
    return next(found, None)


def kept_screenshots(world: World, run: Resource) -> list[tuple[int, dict[str, Any]]]:
    """The screenshots of a run that are not too old, each with its index."""
    oldest = world.now - world.rules.screenshot_retention
    shots = enumerate(world.screenshots.get(run.id, []))
    return [(index, shot) for index, shot in shots if shot["created_at"] >= oldest]


def screenshot_id(run_id: str, index: int) -> str:
    """The id under which `read_file` finds a run's screenshot; the first has index 0."""
    return f"{run_id}.{index}"


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
