"""Exploration: a test runs again for each thing that can go wrong."""
