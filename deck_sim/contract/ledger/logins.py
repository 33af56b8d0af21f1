"""Connections, credentials and sessions: their statuses, and what moves them."""

from deck_sim.contract.fidelity import documented

ROWS = (
    documented("auth_methods", "`username_password`, `google_sso` and `none` are the methods."),
    # Credentials
    # Sessions
)
