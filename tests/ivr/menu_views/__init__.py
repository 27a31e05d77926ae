"""Menus as people look at them."""
