"""Values made from a JSON Schema, for outputs that a scenario leaves out."""
