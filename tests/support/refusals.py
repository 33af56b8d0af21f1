"""A check for schemathesis: a request that fits the document is refused only for a reason below.

Schemathesis loads this module as its hooks.
"""

from fnmatch import fnmatchcase

import schemathesis

# The error and its field, as globs, with the reason why the document cannot say it.
REASONS = {
    ("*/*_not_found", "*"): "An id may name nothing.",
    ("request/state_invalid", ""): "What is allowed depends on the status of the resource.",
    ("request/state_invalid", "id"): "Another task has the id.",
    ("request/input_invalid", "cursor"): "A cursor is opaque; the page before gave it.",
    ("request/input_invalid", "Deck-Sim-Scenario"): "A scenario that the world does not have.",
    ("request/input_invalid", "source_id"): "It is not the source of the credential or session.",
    ("request/input_invalid", "credential_id"): "It is not the credential of the session.",
    ("request/input_*", "input.*"): "The task's schema, or the open prompt, says what it takes.",
    ("request/input_*", "inputs.*"): "The open prompt says what it takes.",
    ("request/input_invalid", "*_schema*"): "It is an object, but not a JSON Schema.",
    ("request/input_invalid", "*url"): "Its port, or a part of its host, is too large or empty.",
    ("request/input_invalid", "*custom_headers"): "A string whose text is JSON of some form.",
}
# What a change takes also depends on the rest of the stored resource.
REASONS_OF_CHANGES = {
    ("request/input_missing", "auth_credentials.*"): "The stored method needs them.",
    ("request/input_*", "config*"): "The stored type says which fields it takes.",
    ("request/input_invalid", "credentials*"): "The stored type says which fields it takes.",
}
REASONS_OF_CHANGES |= {
    ("request/input_*", name): "The stored type says which of the objects is needed and allowed."
    for name in ("webhook", "aws_*", "gcp_*", "azure_*", "rabbitmq", "hookdeck")
}


def has_reason(method, error):
    reasons = REASONS | (REASONS_OF_CHANGES if method == "PATCH" else {})
    name, field = f"{error['type']}/{error['code']}", error.get("field", "")
    return any(fnmatchcase(name, code) and fnmatchcase(field, at) for code, at in reasons)


@schemathesis.check
def refused_only_for_a_reason(ctx, response, case):
    if case.meta and case.meta.generation.mode.is_positive and response.status_code >= 400:
        errors = response.json()["errors"]
        unexplained = [error for error in errors if not has_reason(case.method, error)]
        assert not unexplained, f"fits the document, but is refused: {unexplained}"
