"""The crowd of `test_lobby_properties`, with many more examples."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.ivr.test_lobby_properties import Waiters

pytestmark = pytest.mark.thorough


class ManyWaiters(Waiters):
    """A machine of its own: Hypothesis keeps the settings with the class."""


TestManyWaiters = ManyWaiters.TestCase
TestManyWaiters.settings = settings(max_examples=2000, stateful_step_count=50, deadline=None)
