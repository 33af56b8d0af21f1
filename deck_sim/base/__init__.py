"""Code that all other packages use: errors, durations, redaction, validation, real time."""
