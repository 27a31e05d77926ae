"""A department's script whose place in a menu is tried; it never runs here."""


def main(agi: object) -> str:
    """Return what no test reads."""
    return f"ran with {agi}"
