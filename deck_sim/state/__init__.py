"""Worlds that are kept in a file, so that they outlive the server's process."""
