"""Commands of `vaxel` that are too many for cli.py, one module for each group.

These modules import what a command needs within it, so that `vaxel --help` is quick.
"""
