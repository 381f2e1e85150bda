"""The intake: tus 1.0.0 (core and creation) as a small ASGI application beside Django. docs/protocol.md, 3."""
