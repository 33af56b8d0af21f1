"""The engine is pure: no I/O, no wall clock, no threads, no await, no randomness but the seed."""
