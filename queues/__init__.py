"""The skill-group queues: definitions, the live board, the journal and the call log.

Knows nothing of Asterisk. Imports `routing` only.
"""
