"""The AMI protocol: codec without I/O and asyncio client.

`codec` knows bytes and no sockets; `link` is one TCP connection; `client` keeps one alive for ever
and has its owner read everything anew after each reconnect; `snapshots` are the typed questions and
commands. Nothing here knows agents, contacts or queues: the translator above gives events meaning.
The errors are one tree, drawn in `errors`.
"""
