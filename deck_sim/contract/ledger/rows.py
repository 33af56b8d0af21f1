"""The rows of behaviours that editions have in common. Operations and errors have their own."""

from deck_sim.contract.ledger import calls, conventions, events, runs

ROWS = (*conventions.ROWS, *calls.ROWS, *runs.ROWS, *events.ROWS)  # in the order of their topics
