"""Whatever happens, in whatever order: the router decides as the rules say. The first half of many tries."""

from __future__ import annotations

import pytest

from tests.routing.machine import THOROUGH, Turmoil, examples

pytestmark = pytest.mark.thorough


class FirstHalf(Turmoil):
    """A machine of its own, so that two cores can share the work and each remembers its failures."""


TestFirstHalf = FirstHalf.TestCase
TestFirstHalf.settings = examples(THOROUGH // 2)
