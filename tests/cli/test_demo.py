import re

from deck_sim.cli.commands.demo import STORIES


def test_it_plays_every_story_in_seconds(cli):
    demo = cli("demo")
    assert (demo.exit_code, demo.stderr) == (0, "")
    parts = re.split(r"\n\d\. ", demo.stdout)[1:]
    assert [part.split("\n")[0] for part in parts] == [story.scenario for story in STORIES]
    assert [" GET " in demo.stdout, parts[1].count("/interaction -> 200")] == [False, 2]
    assert re.search(r"T10:00:01Z  task_run .* running -> failed$", parts[3], re.MULTILINE)
    attempts = re.findall(r"(\d\d)Z .* task_run\.completed, attempt (\d): (\d+)", parts[4])
    assert attempts == [("00", "1", "503"), ("05", "2", "200")]
    last = demo.stdout.splitlines()[-1]
    assert re.fullmatch(r"5 scenarios: 56m\d+s of virtual time in \S+ of real time\.", last)
