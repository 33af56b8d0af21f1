"""Completion in shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROPOSED = {
    "deck-sim play mfa_th": ["plain,mfa_then_source_error", "plain,mfa_then_success"],
    "deck-sim play --scenarios {folder} min": ["plain,mine"],
    "deck-sim play tests/": ["file,tests/"],
    "deck-sim s": ["plain,serve", "plain,scenarios", "plain,schema"],
    "deck-sim clock --m": ["plain,--mode"],
}


def test_a_shell_can_complete_commands_options_and_scenarios(cli, write, tmp_path):
    """Scenarios of a folder, too, broken files or not. Other names are files."""
    write("mine", "running", "completed")
    (tmp_path / "broken.yaml").write_text("version: 1\nname: broken\ntask_run: [walking]\n")
    found = {}
    for words in PROPOSED:
        given = words.format(folder=tmp_path)
        count = str(len(given.split()) - 1)
        shown = cli(_MAIN_COMPLETE="bash_complete", COMP_WORDS=given, COMP_CWORD=count)
        found[words] = shown.stdout.split()
    assert found == PROPOSED


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_completion_script_works_in_bash():
    """As the docs say to load it."""
    load = 'eval "$(_DECK_SIM_COMPLETE=bash_source deck-sim)"'
    ask = "COMP_WORDS=(deck-sim clo) COMP_CWORD=1; _deck_sim_completion deck-sim; echo $COMPREPLY"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    words = ["bash", "-c", f"{load}; {ask}"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("clock\n", "")
