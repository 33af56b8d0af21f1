"""Code for all other packages: errors, durations, validation, redaction, real time, event loops."""
