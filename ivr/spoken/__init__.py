"""What the exchange itself says, as text that a speech program reads aloud: Swedish, English and Finnish.

`numbers` puts figures into words, `moments` clock times, dates and waiting times; `sentences` has the
sentences that these stand in. No text has a digit: speech programs read 112 as a hundred and twelve, and
a Finnish figure in the wrong case. Pure: knows no menus, no calls and no clock. Errors are drawn in `errors`.
"""
