"""The text telephone."""
