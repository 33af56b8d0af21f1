"""Completion in shells: what we propose. The scripts that ask are those of click."""

PROPOSED = {
    "deck-sim play mfa_th": ["plain,mfa_then_source_error", "plain,mfa_then_success"],
    "deck-sim play --scenarios {folder} min": ["plain,mine"],
    "deck-sim play tests/": ["file,tests/"],
    "deck-sim s": ["plain,serve", "plain,scenarios", "plain,schema"],
    "deck-sim clock --m": ["plain,--mode"],
    "deck-sim clok --m": [],
}


def test_a_shell_can_complete_commands_options_and_scenarios(cli, write, tmp_path):
    write("mine", "running", "completed")
    (tmp_path / "broken.yaml").write_text("version: 1\nname: broken\ntask_run: [walking]\n")
    proposed = {}
    for words in PROPOSED:
        line = words.format(folder=tmp_path)
        count = str(len(line.split()) - 1)
        completed = cli(_MAIN_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=count)
        proposed[words] = completed.stdout.split()
    assert proposed == PROPOSED
