"""Proving menus before callers hear them: scenarios, tried in virtual time through the engine's own core.

    scenarios.yaml ──(scenariofile, moments, actions)──> scenario ──(trial)──> course
    scenario, course ──(verdict)──> differences ──(report)──> words for people, and JSON

`proof` goes through all scenarios of some numbers, for a command or before a reload. Nothing here knows
Asterisk, sound or the present time. The file's language is in docs/menus.md.
"""
