"""Places of callers who were cut off: for a minute, once, and for nobody without a number."""

from __future__ import annotations

from queues.waiting.keptplaces import KEPT_S, KeptPlace, KeptPlaces

PLACE = KeptPlace("school", 900.0, 1000.0 + KEPT_S)


def kept(*callers: str) -> KeptPlaces:
    places = KeptPlaces()
    for caller in callers:
        places.keep(1000.0, caller, PLACE)
    return places


def test_it_is_had_back_until_the_last_moment_and_once() -> None:
    places = kept("ada")
    assert places.take(1060.0, "ada") == PLACE
    assert places.take(1060.0, "ada") is None


def test_after_that_moment_it_is_gone_and_forgotten() -> None:
    places = kept("ada")
    assert places.take(1060.1, "ada") is None
    assert places._places == {}


def test_nobody_without_a_number_has_one() -> None:
    assert kept("ada").take(1000.0, None) is None


def test_a_later_place_stands_for_an_earlier_one() -> None:
    places = kept("ada")
    later = PLACE._replace(queue="general")
    places.keep(1010.0, "ada", later)
    assert places.take(1010.0, "ada") == later


def test_what_has_run_out_is_forgotten_when_the_next_is_kept() -> None:
    places = kept("ada", "bea")
    places.keep(1050.0, "cia", PLACE._replace(until=1110.0))
    assert len(places._places) == 3
    places.keep(1061.0, "dag", PLACE._replace(until=1121.0))
    assert set(places._places) == {"cia", "dag"}


def test_all_are_forgotten_at_a_new_beginning() -> None:
    places = kept("ada")
    places.clear()
    assert places.take(1000.0, "ada") is None
