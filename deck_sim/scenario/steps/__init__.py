"""The steps of a script, one class each."""
