"""The Python handle."""
