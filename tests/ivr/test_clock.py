"""The engine's clock never jumps, and notices when the machine's does."""

from __future__ import annotations

import pytest

from ivr.clock import EngineClock


class Machine:
    """A machine's two clocks."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1_763_782_800.0, 50.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    def clock(self) -> EngineClock:
        return EngineClock(lambda: self.wall, lambda: self.monotonic)


def test_it_begins_with_the_wall_clock_and_goes_on_with_the_monotonic_one() -> None:
    machine = Machine()
    clock = machine.clock()
    assert clock.now() == 1_763_782_800.0
    machine.passes(12.5)
    assert clock.now() == 1_763_782_812.5


@pytest.mark.parametrize(("moved_s", "ahead_s"), [(3600.0, 3600.0), (-3600.0, -3600.0), (0.3, 0.0)])
def test_what_the_machines_clock_showed_is_told_in_the_engines_time(moved_s: float, ahead_s: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += moved_s
    machine.passes(5)
    assert clock.of_wall(machine.wall - 2) == pytest.approx(clock.now() - 2 + moved_s - ahead_s)


@pytest.mark.parametrize("moved_s", [3600.0, -3600.0, 0.75])
def test_setting_the_machines_clock_moves_no_duration_and_is_noticed_once(moved_s: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += moved_s
    machine.passes(5)
    assert clock.now() == 1_763_782_805.0
    assert clock.step_s() == moved_s
    assert clock.step_s() is None


def test_small_errors_are_no_steps_until_they_add_up() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += 0.3
    assert clock.step_s() is None
    machine.wall += 0.3
    assert clock.step_s() == 0.6


def test_time_is_told_to_the_microsecond() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(0.123_456_7)
    assert clock.now() == 1_763_782_800.123457
