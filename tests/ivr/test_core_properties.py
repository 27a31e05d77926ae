"""Whatever callers, agents and Asterisk do: every contact ends once, no agent is held, the stream replays."""

from __future__ import annotations

from hypothesis import settings

from tests.ivr.crowd import Crowd

TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
