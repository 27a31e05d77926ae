"""Menus as people look at them: as a picture, and as a list of what changes for callers.

Owns these views of checked numbers. Must not know YAML, telephones or how a caller is led.
"""
