"""Saved worlds: in a file that outlives the server's process, and as snapshots."""
