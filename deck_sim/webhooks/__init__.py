"""Signing and sending of webhooks. A server of deck-sim opens network connections only here."""
