"""Menus: YAML to a checked model, and the pure machine that walks it."""
