"""Webhooks: signing them, and sending them. The one room that calls out."""
