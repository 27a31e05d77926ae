"""Menus going live: a copy is checked, spoken and proven in a process of its own, then swapped at once.

    menus/ ──(versions)──> a numbered copy ──(candidate)──> checked, prompts built, scenarios run
                                                  │  in a process of its own: calls are not kept waiting
    (publisher) <─────────────────────────────────┘  in the engine: the swap; (watching) asks for it

What is checked is the copy, and the copy goes live: whoever saves a file in between changes the next one. A
folder with an error, or with a scenario that fails, stays as it was; the others go live. docs/decisions/0011
says why.
"""
