"""Building blocks without any knowledge of Deck: errors, durations, redaction, validation."""
