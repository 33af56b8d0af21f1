"""Signing and sending of webhooks. A server of deck-sim opens connections only here."""
