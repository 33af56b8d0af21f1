"""The Deck API as data: statuses, resources, calls, errors, editions, and how we know of each."""

from deck_sim.contract import editions  # noqa: F401 - adds the errors of each to the catalog
