"""The scripts of the machines, in whole seconds, as the model counts."""

import re

MFA = {"type": "mfa", "message": "The code?", "fields": [{"name": "code", "type": "string"}]}
STRICT = {"accept": {"code": "123456"}, "attempts": 2}
DONE = {"completed": {"output": {"done": True}}}
AMISS = "source/source_not_available"


def ask(**more):
    return {"interaction_required": {**MFA, **more}}


RUNS = {
    "quick": [{"queued": "2s"}, {"running": "8s"}, DONE],
    "instant": ["running", DONE],
    "code": [{"running": "3s"}, ask(timeout="1m", **STRICT), {"running": "3s"}, DONE],
    "any_code": ["running", ask(), "running", DONE],
    "three_tries": ["running", ask(accept={"code": "123456"}), {"running": "1s"}, DONE],
    "forgiving": [
        "running",
        ask(timeout="10s", on_timeout=[{"running": "2s"}]),
        {"running": "1s"},
        DONE,
    ],
    "asks_forever": ["running", ask(timeout="29m59s"), "running", DONE],
    "review": [{"queued": "1s"}, {"running": "2s"}, "approval", DONE],
    "slow_review": [{"running": "1s"}, {"approval": "5m"}, DONE],
    "stuck": [{"running": "stuck"}],
    "never_starts": [{"queued": "stuck"}],
    "long": [{"running": "45m"}, DONE],
    "fails": [{"queued": "1s"}, {"running": "2s"}, {"failed": AMISS}],
    "fails_in_queue": [{"queued": "1s"}, {"failed": AMISS}],
    "fails_the_task": [{"running": "2s"}, {"failed": "task/task_failed"}],
    "canceled": [{"running": "2s"}, "canceled"],
    "no_login": [{"running": "2s"}, {"failed": "auth/auth_invalid"}],
    "locked": [{"running": "2s"}, {"failed": "auth/auth_locked"}],
}
CREDENTIAL_RUNS = {
    **RUNS,
    "finds_nothing": [{"running": "2s"}, {"completed": {"result": "failure"}}],
    "is_not_sure": ["running", {"completed": {**DONE["completed"], "result": "unknown"}}],
    "goes_on": ["running", {"approval": "5s"}, {"running": "2s"}, DONE],
}
CONNECTIONS = {
    "opens": [{"connecting": "1s"}, "connected"],
    "opens_at_once": ["connected"],
    "asks": [{"connecting": "1s"}, ask(timeout="30s", **STRICT), "connected"],
    "drops": [{"connecting": "1s"}, {"connected": "5m"}, "disconnected"],
    "terminated": [{"connecting": "1s"}, {"connected": "5m"}, "terminated"],
    "is_wrong": [{"connecting": "2s"}, "invalid"],
    "hangs": [{"connecting": "stuck"}],
}
SESSIONS = {
    "idles": [{"queued": "1s"}, {"running": "2s"}, "idle"],
    "breaks": [{"queued": "1s"}, {"running": "2s"}, "failed"],
    "hangs": [{"queued": "stuck"}],
}


def seconds(text):
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([hms])", text))


def read_step(step):
    ((word, how),) = step.items() if isinstance(step, dict) else [(step, None)]
    return word, how
