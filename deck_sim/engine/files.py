"""The files and screenshots that a run brings back."""

import re
from hashlib import blake2b, sha256
from typing import Any

from deck_sim.engine.records import Resource
from deck_sim.engine.world import World

# What a name, or the type of an event, may be: a line that can be shown, of one character at least.
LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
_TOKEN = "[A-Za-z0-9!#$&^_.+-]+"
# What a media type may be: nothing else can stand in the header of an answer.
# As JavaScript reads it too, with its flag `u`: there a quotation mark must not be escaped.
MEDIA_TYPE = rf"""^{_TOKEN}/{_TOKEN}( *; *{_TOKEN}=({_TOKEN}|"[ !#-\[\]-~]*"))*$"""


def is_line(text: str) -> bool:
    """Whether a text can be a name."""
    return re.fullmatch(LINE[1:-1], text) is not None


def is_media_type(text: str) -> bool:
    """Whether a text says of what type a file is, as `text/csv` does."""
    return re.fullmatch(MEDIA_TYPE[1:-1], text) is not None


def keep_file(
    world: World,
    run: Resource,
    name: str,
    type_: str,
    content: bytes,
    extraction: Any,
    result: str,
) -> None:
    """Keep a file as a storage item, if the run's task keeps files and does not have it yet."""
    storage = world.all("task")[run["task_id"]]["storage"] or {"enabled": False}
    digest = sha256(content).hexdigest()
    if not storage["enabled"]:
        world.note("task_run", run.id, f"file {name} not kept: the task's storage is not enabled")
    elif storage["deduplication"] and _is_kept(world, run["task_id"], digest):
        world.note("task_run", run.id, f"file {name} not kept: the task has its bytes already")
    else:
        item_id = world.next_id("stor")
        fields = {
            "file_name": name,
            "file_type": type_,
            "file_size": len(content),
            "url": _address(world, item_id),
            "extraction": extraction if storage["extraction"] else None,
            "task_run_id": run.id,
            "result": result,
        }
        hidden = {"content": content, "digest": digest, "task_id": run["task_id"]}
        world.create("storage", fields, hidden, id=item_id)


def take_screenshot(world: World, run: Resource, name: str, reasoning: str) -> None:
    """Add a picture of what the agent sees: a real one, of a single pixel."""
    shots = world.screenshots.setdefault(run.id, [])
    shot_id = f"{run.id}.{len(shots)}"
    shots.append(
        {
            "file_name": name,
            "file_type": "image/png",
            "file_size": len(PIXEL),
            "created_at": world.now,
            "url": _address(world, shot_id),
            "reasoning": reasoning,
        }
    )
    world.note("task_run", run.id, f"screenshot {name}")


def read_file(world: World, file_id: str, signature: str) -> tuple[bytes, str, str] | None:
    """The bytes, type and name of a file or screenshot, if its address is signed right."""
    if signature != _sign(world, file_id):
        return None
    item = world.find("storage", file_id)
    if item is not None:
        return item.hidden["content"], item["file_type"], item["file_name"]
    run_id, dot, number = file_id.rpartition(".")
    return (
        (PIXEL, "image/png", world.screenshots[run_id][int(number)]["file_name"]) if dot else None
    )


def _is_kept(world: World, task_id: str, digest: str) -> bool:
    return any(
        item.hidden["digest"] == digest and item.hidden["task_id"] == task_id
        for item in world.all("storage").values()
        if not item.deleted
    )


def _address(world: World, file_id: str) -> str:
    return f"{world.files_url}/{file_id}?signature={_sign(world, file_id)}"


def _sign(world: World, file_id: str) -> str:
    return blake2b(f"{world.seed}/{file_id}".encode(), digest_size=12).hexdigest()


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
