"""The engine is pure: no I/O, wall clock, threads or await; random values come from the seed."""
