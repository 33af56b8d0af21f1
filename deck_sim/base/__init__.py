"""Code that does not depend on Deck: errors, durations, redaction, validation, real time."""
