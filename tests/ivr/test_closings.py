"""When queues close that release their callers: the calendar's next closing, kept until it has come."""

from __future__ import annotations

from dataclasses import replace

from ivr.attendant import Attendant
from ivr.closings import Closings
from routing.events import ClockStepped
from tests.ivr.waiting_scene import FOUR, NINE, OFFICE, SCHOOL, by_hand, number_of

QUEUE = replace(SCHOOL, hours="office", at_closing="release")


def test_the_next_closing_is_due_then_and_once() -> None:
    closings = Closings(Attendant({"testby": number_of(QUEUE, hours=OFFICE)}))
    closings.watch(NINE, QUEUE)
    assert (closings.next_due(), closings.due(FOUR - 1)) == (FOUR, [])
    assert closings.due(FOUR) == ["school"]
    assert (closings.due(FOUR), closings.next_due()) == ([], None)


def test_one_that_is_watched_already_is_not_worked_out_again_before_it_is_due() -> None:
    attendant = Attendant({"testby": number_of(QUEUE, hours=OFFICE)})
    closings = Closings(attendant)
    closings.watch(NINE, QUEUE)
    attendant.take(ClockStepped(3600.0))
    closings.watch(NINE + 1, QUEUE)
    assert closings.next_due() == FOUR
    closings.look_at(NINE + 2, QUEUE)
    assert closings.due(NINE + 2) == ["school"]
    closings.watch(NINE + 2, QUEUE)
    assert closings.next_due() == FOUR - 3600  # the machine's clock shows four an hour earlier


def test_what_never_closes_or_has_no_hours_is_not_watched() -> None:
    for queue, hours in ((QUEUE, OFFICE), (replace(QUEUE, hours=""), OFFICE), (QUEUE, None)):
        attendant = Attendant({"testby": number_of(queue, hours=hours)})
        attendant.take(by_hand(NINE, is_open=True))
        closings = Closings(attendant)
        closings.watch(NINE, queue)
        assert closings.next_due() is None


def test_a_queue_is_closed_by_its_calendar_or_by_hand() -> None:
    attendant = Attendant({"testby": number_of(QUEUE, hours=OFFICE)})
    closings = Closings(attendant)
    assert not closings.is_closed(FOUR - 1, QUEUE)
    assert closings.is_closed(FOUR, QUEUE)
    assert not closings.is_closed(FOUR, replace(QUEUE, hours="gone"))
    attendant.take(by_hand(NINE, is_open=False))
    assert closings.is_closed(NINE, QUEUE)
