"""The name of the function with which the app ends its connection, in `scope["extensions"]`."""

CLOSE_SOCKET = "deck_sim.close_socket"
