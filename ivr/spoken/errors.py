"""What can go wrong when something is put into words.

    SpokenError
    ├── UnspokenLanguageError          there are no words in that language
    ├── UnspeakableError               a figure, time or range that has no words
    └── TemplateError                  a sentence's braces do not fit together
        └── UnknownPlaceholderError    a sentence has a place for which there is no value

Owns the words that operators read. No text here quotes a telephone number, a keyed digit or a value.
"""

from __future__ import annotations


class SpokenError(Exception):
    """Something cannot be put into words."""


class UnspokenLanguageError(SpokenError):
    """There are no words in a language; the message says which languages there are."""


class UnspeakableError(SpokenError, ValueError):
    """A figure, a time or a range has no words: says what was expected."""


class TemplateError(SpokenError, ValueError):
    """A sentence's braces do not fit together; the message quotes the sentence."""


class UnknownPlaceholderError(TemplateError):
    """A sentence has a place for which there is no value: says which, and which there are."""
