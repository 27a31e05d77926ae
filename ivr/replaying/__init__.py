"""The journal passed once more through the exchange: as it was configured, or with other queues and people.

Owns the finding of what was live then, the comparison of decisions and the report. Answers no call and writes
nothing. What a day would have been like goes to `queues.whatif`.
"""
