"""The engine is pure: no I/O, wall clock, threads or await, and no randomness but the seed's."""
