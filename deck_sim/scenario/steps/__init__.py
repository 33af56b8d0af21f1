"""The steps of a script: a class each."""
