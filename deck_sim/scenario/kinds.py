"""The kinds of resources that play a script."""

KINDS = ("connection", "task_run", "session")
