"""The HTTP server: the ASGI app, its routing, and the APIs below `/v2` and `/_sim`."""
