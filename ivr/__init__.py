"""One caller at a time: AGI and AMI, menus, prompts and the live service.

Knows nothing of staffing. Imports `queues` and `routing`.
"""
