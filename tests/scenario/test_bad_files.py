"""Broken scenario and world files, each with its exact messages.

`bad/NAME.yaml` is the file, `bad/NAME.txt` what `deck-sim check NAME.yaml` prints.
`scripts/record-messages` records all messages again; read the difference.
"""

import shutil
from pathlib import Path

import pytest

from deck_sim.runtime.world_file import load_world_file
from deck_sim.scenario.library import read_files, shipped
from deck_sim.scenario.loader import ScenarioError

BAD = Path(__file__).parent / "bad"
NAMES = sorted({file.stem for file in BAD.iterdir()})


def mistakes_in(file):
    """The mistakes in a scenario file, or in a world file, which is called `world_….yaml`."""
    if not file.name.startswith("world_"):
        return read_files([file], shipped())[1]
    with pytest.raises(ScenarioError) as caught:
        load_world_file(file, shipped())
    return caught.value.mistakes


def messages_for(file):
    return "".join(f"{m}\n".replace(f"{file}", file.name) for m in mistakes_in(file))


def record(folder=BAD):
    """Record every message, and remove those of files that are gone."""
    for file in folder.glob("*.txt"):
        file.unlink()
    for file in folder.glob("*.yaml"):
        file.with_suffix(".txt").write_text(messages_for(file))


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_earns_exactly_its_messages(name):
    assert messages_for(BAD / f"{name}.yaml") == (BAD / f"{name}.txt").read_text() != ""


def test_recording_writes_messages_and_removes_those_of_missing_files(tmp_path):
    shutil.copy(BAD / "status_misspelt.yaml", tmp_path)
    shutil.copy(BAD / "version_2.txt", tmp_path)
    record(tmp_path)
    recorded = {file.name: file.read_text() for file in tmp_path.glob("*.txt")}
    assert recorded == {"status_misspelt.txt": (BAD / "status_misspelt.txt").read_text()}
