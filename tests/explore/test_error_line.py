import pytest

from deck_sim.explore.error_line import find_error_line

PAGE = "<html>\r\n<head><title>503 Unavailable</title></head>\r\n<body>Error: no</body>\r\n</html>"
FETCH = "TypeError: fetch failed"
OUTPUTS = {
    "python": (
        "OSError: a\n\nTraceback:\n  raise b\nhttpx.ReadTimeout: b\n",
        "httpx.ReadTimeout: b",
    ),
    "a page": (
        f"  throw new E(t)\n  ^\n\nDeckError: {PAGE}\n\n  at x\n",
        "DeckError: 503 Unavailable",
    ),
    "node": (f"{FETCH}\n  at x {{\n  [cause]: Error: read\n  [Symbol(Error)]: true\n}}\n", FETCH),
    "node:test": (
        "  error: 'fetch failed'\n  code: 'ERR'\n  name: 'TypeError'\nerror: '1 subtest failed'\n",
        "fetch failed",
    ),
    "node:test, lines": (f"  error: |-\n    {PAGE}\n\n  code: 'ERR'\n", "503 Unavailable"),
    "vitest": (
        f"\x1b[31m{FETCH}\x1b[39m\n  5| throw new Error('x')\nCaused by: Error: read\n"
        "Serialized Error: { code: 'ERR' }\n",
        FETCH,
    ),
    "vitest, a name of one's own": (
        " FAIL  a.test.ts > pays > late\nDeckTrouble: 503\n at a.ts:3:1\n  3|  throw error;\n",
        "DeckTrouble: 503",
    ),
    "jest": ("  ● pays\n\n    it is late\n\n    > 5 | throw new Error('late')\n", "it is late"),
    "jest, with a cause": (f"  ● pays\n\n    {FETCH}\n\n    Cause:\n    OSError: x\n", FETCH),
    "pytest": ("E   AssertionError: 1\n\na.py:3: AssertionError\n1 failed\n", "AssertionError: 1"),
    "ruby": (
        "a.rb:3:in 'pay': late (RuntimeError)\n  from b\n",
        "a.rb:3:in 'pay': late (RuntimeError)",
    ),
    "no error": ("a\nb\n", "b"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("output", "line"), OUTPUTS.values(), ids=OUTPUTS)
def test_the_shown_line_is_the_message_of_the_error_that_ended_the_program(output, line):
    assert find_error_line(output) == line
