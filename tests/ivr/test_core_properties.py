"""Whatever callers, agents and Asterisk do: every contact ends once, no agent is held, the stream replays."""

from __future__ import annotations

from hypothesis import settings

from tests.ivr.handed_over import HandedOver

TestCrowd = HandedOver.TestCase
TestCrowd.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
