"""Scenarios: their files, models and steps, the libraries, and the selection of a scenario."""
