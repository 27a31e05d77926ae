"""AGI: codec, session, server."""
