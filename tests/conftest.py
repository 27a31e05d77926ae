"""How the tests are shared out between the machine's cores.

Owns that alone. Tests on the real Asterisk, and those that load the machine, share an exchange that takes
seconds to start, and mostly wait: one worker has them all, another runs the rest.
"""

from __future__ import annotations

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put what must not run at once with its like into one group, as soon as it is known: xdist looks next."""
    if item.get_closest_marker("asterisk") or item.get_closest_marker("load"):
        item.add_marker(pytest.mark.xdist_group("asterisk"))
