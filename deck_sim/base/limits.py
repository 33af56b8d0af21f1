"""The most values in one document, and the most problems reported for it. They are the same for a
file, for YAML or JSON in a request, and for data of a test.
"""

MAX_VALUES = 100_000  # each object, list and scalar is one; aliases count as often as they are used
MOST_PROBLEMS = 100  # making their messages takes time
