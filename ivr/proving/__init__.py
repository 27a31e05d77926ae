"""Proving menus before callers hear them: scenarios, tried in virtual time through the engine's own core.

Files: `actions` (what a caller does), `scenario` and `scenariofile` (what is tried, and how it is written),
`trial` (one scenario's call), `verdict` (what came otherwise than expected), `proof` (all of it, for a command
or before a reload), `report` (in words, and as JSON). Nothing here knows Asterisk, sound or the present time.
"""
