"""A world in use: its clock modes, deliveries, journal, snapshots; and the registry of worlds."""
