"""Limits are found in the source, and changed one at a time."""

import pytest

from . import mutate
from .mutate import ROOT, find_mutants, find_tests


def test_each_kind_of_limit_has_its_mutants():
    found = {(mutant.file, str(mutant).partition(": ")[2]) for mutant in find_mutants()}
    bodies = "deck_sim/runtime/request_bodies.py"
    assert (bodies, "10 * 1024 * 1024 -> (10 * 1024 * 1024) * 2") in found
    assert (bodies, "10 * 1024 * 1024 -> (10 * 1024 * 1024) // 2") in found
    assert ("deck_sim/server/api/paging.py", "100 -> (100) * 2") in found  # of two in a statement
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


def test_a_limit_that_is_not_promised_has_no_mutants(monkeypatch):
    before = {mutant.limit for mutant in find_mutants()}
    monkeypatch.setattr(mutate, "_NOT_PROMISED", {"a reason": ("base.limits", "scenario.yaml")})
    left = {mutant.limit for mutant in find_mutants()}
    gone = {limit for limit in before if limit.startswith(("base.limits.", "scenario.yaml."))}
    assert gone
    assert before - left == gone


def test_an_entry_of_the_table_that_names_no_limit_is_an_error(monkeypatch):
    monkeypatch.setattr(mutate, "_NOT_PROMISED", {"a reason": ("base.limits.MAX_VALUE",)})
    with pytest.raises(ValueError, match=r"base\.limits\.MAX_VALUE'"):
        find_mutants()


def test_a_path_may_be_a_folder_a_file_or_a_line():
    bodies = "deck_sim/runtime/request_bodies.py"
    at = [mutant for mutant in find_mutants() if mutant.file == bodies]
    lines = {mutant.line for mutant in at if mutant.is_at([f"{bodies}:{at[0].line}"])}
    assert lines == {at[0].line}
    assert all(mutant.is_at(["deck_sim/base", "deck_sim/runtime"]) for mutant in at)
    assert not at[0].is_at([f"{bodies}:1"])
