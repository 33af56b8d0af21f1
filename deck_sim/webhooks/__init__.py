"""Signing and sending of webhooks. Only this room opens connections to other servers."""
