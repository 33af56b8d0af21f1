"""The line that a report shows of a failure: the message of the error that ended the program."""

import re

_LEFT_OUT = re.compile(r"\x1b\[[\d;]*m|\bCause:\n.*")  # colors, and what Jest prints last
_PAGE = re.compile(r"(?is)<(?:!doctype|html)\b.*?<title>\s*(.*?)\s*</title>.*?</html>")
_MESSAGE = re.compile(
    r"^[ \t]*(?:E +|Uncaught )?((?:(?:\w+\.)+[A-Z]\w*|\w*(?:Error|Exception))(?: \[\w+\])?: .*)$"
    r"|^[ \t]*error: (?!'\d+ subtests? failed)(?:'|\|-\s+)?(.*?)'?$"  # node:test
    r"|^[ \t]*FAIL .+ > .+\n(.+)$"  # vitest
    r"|^[ \t]*● .+\n\n\s+(.+)$",  # Jest
    re.MULTILINE,
)


def cut_pages(text: str) -> str:
    """Replace each HTML page in `text` by its title."""
    return _PAGE.sub(r"\1", text)


def find_error_line(output: str) -> str:
    """Return the last message of an error in the output of a program, or else its last line."""
    text = cut_pages(_LEFT_OUT.sub("", output)).strip()
    messages = [match[match.lastindex or 0] for match in _MESSAGE.finditer(text)]
    lines = text.splitlines()
    errors = messages or [line for line in lines if "rror" in line] or lines
    return errors[-1].strip() if errors else ""
