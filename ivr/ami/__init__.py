"""The AMI protocol: codec without I/O and asyncio client."""
