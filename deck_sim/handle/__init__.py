"""The Python handle: `Deck`, the webhook receiver, and connections to applications and servers."""
