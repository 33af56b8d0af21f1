"""Reads tables of calls that an API refuses, and finds the rows that it answers otherwise.

A line without an indent is a call, with the usual body of its rows. A row has what its body has
instead (`?` begins a query), then `->` and the answer: a status, by default 400, and the errors. An
error is `code@field`, or short `field` if it is invalid and `!field` if it is missing. `<9>` stands
for a text of nine letters.
"""

import re

import yaml


def read_table(text):
    """Each row: its line, method, path, body, status, and pairs of code and field."""
    for line in re.sub(r"<(\d+)>", lambda match: "a" * int(match[1]), text).splitlines():
        if line and not line.startswith(" "):
            method, path, *usual = line.split(" ", 2)
            usual = yaml.safe_load(usual[0]) if usual else {}
        elif line:
            body, _, answer = line.strip().rpartition(" -> ")
            status = re.match(r"\d{3}\b", answer)
            errors = [_error(word) for word in answer.split()[bool(status) :]]
            query = body if body.startswith("?") else ""
            sent = None if query else yaml.safe_load(body)
            sent = {**usual, **sent} if isinstance(sent, dict) else sent
            yield line, method, path + query, sent, int(status[0]) if status else 400, errors


def _error(word):
    code, at, field = word.rpartition("@")
    if not at:
        return ("input_missing", word[1:]) if word[0] == "!" else ("input_invalid", word)
    return code, field or None


def wrong_answers(client, table, **ids):
    """The rows of a table that are answered otherwise, with the answer."""
    for line, method, path, body, *expected in read_table(table):
        answer = client.request(method, path.format(**ids), json=body)
        errors = [(e["code"], e.get("field")) for e in answer.json().get("errors", [])]
        if [answer.status_code, errors] != expected:
            yield method, path, line.strip(), answer.status_code, errors
