"""Scenarios: their files, models and steps, libraries of scenarios, and the selection of one."""
