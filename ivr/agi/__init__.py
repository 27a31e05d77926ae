"""The AGI protocol: codec without I/O, asyncio session, FastAGI server."""
