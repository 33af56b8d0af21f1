"""The inspector: the page at `/_sim/ui`. Here are only its files; it uses the control API alone."""
