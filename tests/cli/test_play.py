import pytest

from deck_sim.scenario.library import shipped


@pytest.mark.parametrize("name", shipped().names())
def test_every_scenario_that_ships_plays(name, cli):
    """Each is drawn to its end, within 80 columns, and that takes no real time to speak of."""
    played = cli("play", name)
    assert (played.exit_code, played.stderr) == (0, "")
    assert played.stdout.startswith(f"{name}\n")
    assert max(map(len, played.stdout.splitlines())) <= 80


def test_a_timeline_says_when_who_and_what(cli):
    """Each line has the virtual time, who did what, and more about it where there is more."""
    lines = cli("play", "mfa_then_success").stdout.splitlines()
    assert "+1s        connection  connected" in lines
    assert "+11s       user        answered              code=123456" in lines
    assert lines[-1] == "The task run is completed after 14s."


def test_long_details_stay_in_their_column(cli):
    """What does not fit a line goes on below itself."""
    lines = cli("play", "mfa_then_success").stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if "interaction_required" in line)
    column = lines[at].index("mfa:")
    assert lines[at + 1].index("your phone (code)") == column


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["--answer", "code=0", "--answer", "code=123456"], "is completed after 14s."),
        (["--answer", "code=0"], "is failed after 5m11s."),
        (["--answer", "code=0"] + ["--answer", "code=1"] * 2, "is failed after 11s."),
        (["--no-answer"], "is failed after 5m11s."),
    ],
)
def test_answers_are_given_in_order_and_then_no_more(words, last, cli):
    """Right, wrong, too few, too many wrong, none at all: the story takes its branch."""
    assert cli("play", "mfa_then_success", *words).stdout.endswith(f"The task run {last}\n")


def test_one_answer_may_have_several_fields(cli, write):
    """Commas part the fields; a comma inside a text stays in it."""
    fields = "fields: [{name: city}, {name: pet}]"
    ask = f"interaction_required: {{type: quiz, {fields}, accept: {{city: 'Paris, TX', pet: Rex}}}}"
    file = write("quiz", "queued", "running", ask, "running", "completed")
    played = cli("play", file, "--answer", "city=Paris, TX, pet=Rex")
    assert "is completed" in played.stdout


def test_a_connection_that_does_not_come_about_is_the_end(cli, write):
    """Without a connection there is no run, and the last line speaks of the connection."""
    file = write("refused", "queued", "running", "completed", connection="[connecting, invalid]")
    assert cli("play", file).stdout.endswith("The connection is invalid after 0s.\n")


def test_the_same_seed_gives_the_same_timeline(cli, write):
    """`--seed` decides durations and outputs, and nothing else does."""
    file = write("long", "queued: 1s..9m", "running: 1s..9m", "completed")
    one, again, other = (cli("play", file, "--seed", seed).stdout for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_folder_of_ones_own_is_played_from(cli, write, tmp_path):
    """`--scenarios` finds a scenario by its name."""
    write("mine", "queued", "running", "completed")
    assert cli("play", "mine", "--scenarios", tmp_path).exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--answer", "123456"], "Invalid value for '--answer': '123456' is no answer"),
        (["--answer", "=1"], "Invalid value for '--answer': '=1' is no answer"),
        (["--answer", "pin=1"], "--answer: `inputs.code` is required"),
        (["--answer", "code=1", "--no-answer"], "--answer and --no-answer exclude each other"),
        (["--edition", "2"], "Invalid value for '--edition'"),
    ],
)
def test_answers_that_do_not_fit_are_wrong_usage(words, message, cli):
    """What cannot be answered so is said in one line."""
    refused = cli("play", "mfa_then_success", *words)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.startswith(f"deck-sim: {message}")
