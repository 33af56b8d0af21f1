"""Reading YAML with positions, and writing it."""
