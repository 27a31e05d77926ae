"""Each day that has a name in Sweden has its key, its kind, and its name in three languages."""

from __future__ import annotations

from datetime import date, timedelta

from holidays import country_holidays

from ivr.menu.calendar import BRIDGE_DAY, HOLIDAY_NAMES, Kind, NamedDay, key_of, named_days


def test_a_day_with_two_names_has_the_stronger_first() -> None:
    assert named_days(date(2008, 5, 1)) == (
        NamedDay("ascension-day", Kind.PUBLIC),
        NamedDay("may-day", Kind.PUBLIC),
    )
    assert named_days(date(2026, 1, 5)) == (
        NamedDay("twelfth-night", Kind.EVE),
        NamedDay(BRIDGE_DAY, Kind.BRIDGE),
    )


def test_every_name_that_the_library_gives_is_spoken_in_three_languages() -> None:
    library = country_holidays(
        "SE",
        years=range(2020, 2041),
        categories=("public", "de_facto", "optional", "bank"),
        language="en_US",
    )
    keys = {key_of(name) for day in library for name in library.get_list(day)}
    assert keys == set(HOLIDAY_NAMES)
    assert {tuple(names) for names in HOLIDAY_NAMES.values()} == {("sv", "en", "fi")}
    assert all(name.strip() for names in HOLIDAY_NAMES.values() for name in names.values())


def test_every_day_that_the_library_names_is_named() -> None:
    for category in ("public", "de_facto", "optional", "bank"):
        library = country_holidays("SE", years=range(2020, 2041), categories=(category,), language="en_US")
        for day in library:
            ours = {named.key for named in named_days(day)}
            assert {key_of(name) for name in library.get_list(day)} <= ours


def test_a_bridge_day_is_a_working_day_between_free_days() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(3 * 366)]
    found = [str(day) for day in days if BRIDGE_DAY in {named.key for named in named_days(day)}]
    assert found == [
        "2024-05-10", "2024-06-07", "2024-12-23", "2024-12-27", "2024-12-30",
        "2025-05-02", "2025-05-30",
        "2026-01-02", "2026-01-05", "2026-05-15",
    ]  # fmt: skip
