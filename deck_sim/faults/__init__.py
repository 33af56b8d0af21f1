"""Faults: what can go wrong with a call, its answer, or a webhook. A fault is a class."""
