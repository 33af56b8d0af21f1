"""Faults of calls, of their answers and of webhooks. Each fault is a class."""

# How a response ends, and the name of the ASGI extension that ends its socket.
WHOLE = "whole"  # the whole response is sent
CLOSED = "closed"  # the connection is closed after the last piece
RESET = "reset"  # the connection is reset
TIMED_OUT = "kept open without an answer"  # until the client's timeout; only without a socket
CLOSE_SOCKET = "deck_sim.close_socket"
