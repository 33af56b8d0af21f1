"""Limits that are the same for a file and for a request."""

MOST_PROBLEMS = 100  # reported for one document: making their messages takes time
