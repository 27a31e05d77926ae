"""Menus: YAML to a checked model, and the pure machine that walks it.

    number.yaml, menu.yaml ──(number, loader)──> model ──(machine)──> commands
    queues.yaml, agents.yaml ──(queues.definitions)──┘  (queueways: where callers leave a queue to)

`model` is what a menu is once every check has passed; `loader` and `number` read the files and tell all
that is wrong with them at once; `machine` takes one caller through the menu, one `step` per event, and
knows neither files nor telephones. The language that administrators write is in docs/menus.md.
"""
