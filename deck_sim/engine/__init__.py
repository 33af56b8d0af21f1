"""The engine. Pure: no I/O, no wall clock, no threads, no await, no chance but the world's seed."""
