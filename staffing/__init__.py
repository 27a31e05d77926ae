"""What the log tells about how many people to staff, and when.

Imports `queues` and `routing`; opens no sockets. Its rooms are built as the log fills.
"""
