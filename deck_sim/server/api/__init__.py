"""The Deck API over HTTP, below `/v2`."""
