"""The Deck API as data: statuses, resources, calls, errors and editions, and the ledger."""

EDITION_NAMES = ("connections", "credentials")  # each is a package in `editions`
DEFAULT_EDITION = EDITION_NAMES[0]
