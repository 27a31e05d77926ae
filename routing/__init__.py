"""Who takes which caller: events, skills, policy, the router and its reasons.

Pure: no clock, no sockets, no files, no asyncio. Imports nothing else of ours.
"""
