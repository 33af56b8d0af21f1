"""How a response ends."""

WHOLE = "whole"  # as HTTP says
CLOSED = "closed"  # the connection is closed after the last piece
RESET = "reset"  # the connection is reset
