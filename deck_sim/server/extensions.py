"""The names of the functions that a connection gives the app, in `scope["extensions"]`."""

CLOSE_SOCKET = "deck_sim.close_socket"
WRITE_TO_SOCKET = "deck_sim.write_to_socket"
