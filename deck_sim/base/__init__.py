"""Code that knows nothing of Deck: errors, durations, redaction, validation, real time."""
