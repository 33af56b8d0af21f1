"""Tools for scenarios: the player."""
