"""Limits that are the same for a file, for YAML or JSON in a request, and for data of a test."""

# Of one document: each object, list and scalar is one; aliases count as often as they are used.
MAX_VALUES = 100_000
MOST_PROBLEMS = 100  # reported for it: making their messages takes time
MAX_NAME = 100  # characters of a text that an error repeats
