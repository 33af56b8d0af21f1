"""Limits are found in the source, and changed one at a time."""

from .mutate import ROOT, find_mutants, find_tests


def test_each_kind_of_limit_has_its_mutants():
    found = {(mutant.file, str(mutant).partition(": ")[2]) for mutant in find_mutants()}
    bodies = "deck_sim/runtime/request_bodies.py"
    assert (bodies, "10 * 1024 * 1024 -> (10 * 1024 * 1024) * 2") in found
    assert (bodies, "10 * 1024 * 1024 -> (10 * 1024 * 1024) // 2") in found
    assert ("deck_sim/server/app.py", "> -> >=") in found
    assert ("deck_sim/contract/bodies.py", "255 -> (255) + 1") in found


def test_a_mutant_changes_its_place_alone(tmp_path):
    mutant = find_mutants()[0]
    copy = tmp_path / mutant.file
    copy.parent.mkdir(parents=True)
    before = (ROOT / mutant.file).read_bytes()
    copy.write_bytes(before)
    assert mutant.apply(tmp_path) == before
    changed = before[: mutant.start] + mutant.new.encode() + before[mutant.end :]
    assert copy.read_bytes() == changed != before


def test_the_tests_of_a_limit_are_those_of_its_file_and_then_of_its_room():
    (mutant, *_) = [one for one in find_mutants() if one.file == "deck_sim/runtime/journal.py"]
    close, room = find_tests(mutant)
    assert "tests/runtime/test_journal.py" in close
    assert {file.split("/")[1] for file in room} == {"runtime", "server", "handle"}
    assert not {*close} & {*room}
