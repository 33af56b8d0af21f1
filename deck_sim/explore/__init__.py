"""Exploration: a test or command runs again for each thing that can go wrong."""
