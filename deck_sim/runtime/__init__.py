"""A world in use: its clock modes, deliveries and journal; and the registry of worlds."""
