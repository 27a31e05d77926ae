"""What happened to a call, and why, in plain English: one event a sentence.

Owns these words, for people who ask about one call and for who compares two histories. Reads events as the
call log keeps them. Knows no database and no terminal but in `page`.
"""
