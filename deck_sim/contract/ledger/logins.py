"""Connections, credentials and sessions: what the editions have in common."""

from deck_sim.contract.fidelity import documented

ROWS = (
    documented("auth_methods", "The methods are `username_password`, `google_sso` and `none`."),
    # Credentials
    # Sessions
)
