"""Tools beside the main job: the scenario player and the Hypothesis strategies."""
