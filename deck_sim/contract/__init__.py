"""What the Deck API is, as data: statuses, resources, bodies, editions. Nothing here runs."""
