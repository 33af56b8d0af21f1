"""How a run keeps files and screenshots, and how their bytes are found by id."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from deck_sim.engine.timers import INACTIVITY
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource, Screenshot, items_behind

PNG = "image/png"
SCREENSHOT_IMAGE = b64decode(  # an empty page with a frame, 640 by 400 pixels
    "iVBORw0KGgoAAAANSUhEUgAAAoAAAAGQAQMAAAAEPUNmAAAABlBMVEX28+wfKjc1PRqsAAAAkUlEQVR42u3dQQ0AAAjE"
    "sPNvGjwACZ9OQC0sdVyAwAmY04BAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKB"
    "QCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAveghzXwH2zMXfhq3KXs"
    "AwAAAABJRU5ErkJggg=="
)


class File(NamedTuple):
    """A file or screenshot: its bytes, media type and name."""

    content: bytes
    type: str  # a media type
    name: str


def keep_file(
    world: World, run: Resource, name: str, type_: str, content: bytes, **details: Any
) -> None:
    """Store a file of a run as a storage item with the attributes `details`. Nothing is stored if
    the task's storage is off, or if it drops duplicates and an equal file of this task and login is
    stored already.
    """
    storage = world.all("task")[run["task_id"]]["storage"] or {"enabled": False}
    origin = (run["task_id"], run[f"{world.contract.login}_id"], sha256(content).hexdigest())
    if not storage["enabled"]:
        why = "the task's storage is not enabled"
    elif storage["deduplication"] and _is_stored(world, storage, origin, details["extraction"]):
        why = "an equal file of this task and login is stored"
    else:
        fields = {
            "file_name": name,
            "file_type": type_,
            "file_size": len(content),
            "purpose": "output",
            "task_run_id": run.id,
            "fetch_date": world.now,
            **details,
        }
        world.create("storage", fields, {"content": content, "origin": origin})
        return
    world.note("task_run", run.id, f"file {name} not stored: {why}")


def _is_stored(
    world: World, storage: Mapping[str, Any], origin: tuple[str, ...], extraction: Any
) -> bool:
    """Whether a stored file has the same task and login, and the same content or, in editions that
    compare extractions, the same values of the fields of `deduplication_schema`.
    """
    fields = storage["deduplication_schema"] if world.contract.compares_extractions else None

    def compared(origin: tuple[str, ...], extraction: Any) -> Any:
        if fields is None:
            return origin
        data = extraction if isinstance(extraction, dict) else {}
        values = {name: data[name] for name in fields.get("properties", ()) if name in data}
        return (*origin[:-1], values) if values else None  # without a value it equals no file

    new = compared(origin, extraction)
    return new is not None and any(
        compared(item.hidden["origin"], item["extraction"]) == new
        for item in world.all("storage").values()
        if not world.is_gone(item)
    )


def files_of(world: World, run: Resource, behind: str | None = None) -> Iterator[Resource]:
    """Yield a run's readable files, newest first; with `behind` (an id), only older ones."""
    items = world.newest_first("storage", {"task_run_id": [run.id]}, behind)
    return (item for item in items if not world.is_gone(item))


def take_screenshot(world: World, run: Resource, name: str, reasoning: str = "") -> None:
    """Take a screenshot. `reasoning` is by default what the agent sees and chooses at the present
    step (assumed wording).
    """
    shots = world.screenshots.setdefault(run.id, [])
    if not reasoning:
        page = world.all("source")[run["source_id"]]["website"]["url"]
        task = f"the task `{world.all('task')[run['task_id']]['name']}`"
        if any(due.name == INACTIVITY for due in world.timers.of(run.id)):
            reasoning = (
                f"{page} does not change. Another try could do a step twice, so the agent waits."
            )
        elif not shots:
            reasoning = f"{page} is open. The agent reads all of it before it starts with {task}."
        else:
            reasoning = (
                f"{page} shows a part of what {task} needs, so the agent goes on from there."
            )
    shots.append(Screenshot(f"{run.id}.{len(shots)}", name, world.now, reasoning))
    world.note("task_run", run.id, f"screenshot {name}")


def find_file(world: World, file_id: str) -> File | None:
    """Return the file or screenshot with this id; None if it is unknown, deleted or too old."""
    item = world.find("storage", file_id)
    if item is not None:
        return File(item.hidden["content"], item["file_type"], item["file_name"])
    run = world.find("task_run", file_id.partition(".")[0])
    names = {shot.id: shot.name for shot in kept_screenshots(world, run)} if run else {}
    return File(SCREENSHOT_IMAGE, PNG, names[file_id]) if file_id in names else None


def kept_screenshots(
    world: World, run: Resource, behind: str | None = None
) -> Iterator[Screenshot]:
    """Yield a run's screenshots that are not too old to be read, oldest first; with `behind` (an
    id, also of an older one), only later ones.
    """
    oldest = world.now - world.contract.screenshot_retention
    shots = items_behind(world.screenshots.get(run.id, ()), behind)
    return (shot for shot in shots if shot.created_at >= oldest)
