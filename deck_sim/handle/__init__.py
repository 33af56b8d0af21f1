"""The Python handle: `Deck`, the webhook receiver, and what connects applications with a world."""
