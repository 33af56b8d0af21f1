"""Tools for scenarios: the player and the Hypothesis strategies."""
