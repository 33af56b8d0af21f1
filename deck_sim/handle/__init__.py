"""The Python handle: a world of a server, driven from a test."""
