"""Broken scenario and world files, each beside the exact messages that it earns.

`bad/NAME.yaml` is the file and `bad/NAME.txt` what `deck-sim check NAME.yaml` says about it. After
a change of a message, `scripts/record-messages` writes them anew; read the difference.
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
    """All that is wrong with a scenario file, or with a world file, whose name says so."""
    if not file.name.startswith("world_"):
        return read_files([file], shipped())[1]
    with pytest.raises(ScenarioError) as found:
        load_world_file(file, shipped())
    return found.value.mistakes


def messages_for(file):
    """What is said about a file, a line each; files are named without their folder."""
    return "".join(f"{m}\n".replace(f"{file}", file.name) for m in mistakes_in(file))


def record(folder=BAD):
    """Write every message anew, and remove those of files that are gone."""
    for file in folder.glob("*.txt"):
        file.unlink()
    for file in folder.glob("*.yaml"):
        file.with_suffix(".txt").write_text(messages_for(file))


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_earns_exactly_its_messages(name):
    """Every mistake of a bad file is told, in the file's order, and nothing else."""
    assert messages_for(BAD / f"{name}.yaml") == (BAD / f"{name}.txt").read_text()


def test_there_are_many_bad_files_and_each_is_refused():
    """The messages are more than sixty, and none is empty."""
    assert len(NAMES) > 60
    assert all((BAD / f"{name}.txt").read_text() for name in NAMES)


def test_recording_writes_what_is_said_and_clears_away(tmp_path):
    """Recording gives new files their messages, and removes those of files that are gone."""
    shutil.copy(BAD / "status_misspelt.yaml", tmp_path)
    shutil.copy(BAD / "version_2.txt", tmp_path)
    record(tmp_path)
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "status_misspelt.txt",
        "status_misspelt.yaml",
    ]
    recorded = (tmp_path / "status_misspelt.txt").read_text()
    assert recorded == (BAD / "status_misspelt.txt").read_text()
