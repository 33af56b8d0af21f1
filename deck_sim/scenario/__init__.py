"""Scenarios: YAML with positions -> checked models -> steps; the library; the selection."""
