"""A real Deck: recording the calls of a program to it, and comparing it with the simulator."""
