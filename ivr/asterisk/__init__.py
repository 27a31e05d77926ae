"""Asterisk's configuration from our templates, and an Asterisk process of our own for demo and tests."""
