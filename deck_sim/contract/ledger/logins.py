"""Connections, credentials and sessions: their statuses, and what moves them."""

from deck_sim.contract.fidelity import documented

ROWS = (
    documented("auth_methods", "The methods are `username_password`, `google_sso` and `none`."),
    # Credentials
    # Sessions
)
