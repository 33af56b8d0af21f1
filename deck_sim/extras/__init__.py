"""What stands beside the main job: the scenario player, and Hypothesis strategies."""
