"""Whatever happens, in whatever order: the router decides as the rules say. A quick look."""

from __future__ import annotations

from tests.routing.machine import QUICK, Turmoil, examples

TestTurmoil = Turmoil.TestCase
TestTurmoil.settings = examples(QUICK)
