import re
from pathlib import Path

PAGE = Path(__file__).parents[2].joinpath("docs/failed-test.md").read_text(encoding="utf-8")


def test_the_report_of_the_failed_test_is_as_shown(pytester, run_pytest):
    [(name, code)] = re.findall(r"```py\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL)
    [report] = re.findall(r"```console\n\$ pytest .*?\n…\n(.*?)\n…\n```", PAGE, re.DOTALL)
    pytester.path.joinpath(name).write_text(code)
    printed = run_pytest("--deck-html=pages").stdout.str()
    # A line that is only `…` stands for any number of lines; ids are cut by the report itself.
    pattern = ".*".join(map(re.escape, report.split("\n…\n")))
    assert re.search(pattern, printed, re.DOTALL), printed
