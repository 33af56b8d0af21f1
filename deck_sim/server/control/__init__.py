"""The control API, below `/_sim`: calls that inspect and drive a world."""
