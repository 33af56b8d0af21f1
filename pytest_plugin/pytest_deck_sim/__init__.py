"""The pytest plugin of deck-sim: fixtures, a marker, options, the report; nothing else."""
