"""The control API, below `/_sim`: whatever moves a world from outside the Deck API."""
