"""What dated exceptions change is told of the days that change, however the ranges are written."""

# ruff: noqa: E501  # sentences stand here as whole lines, as people read them

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ivr.menu.hours import DatedException, Span
from ivr.menu.texts import text_of
from ivr.menu_views.differences import differences
from tests.ivr.menu_views.towns import MENU, OFFICE, TOWN

if TYPE_CHECKING:
    from ivr.menu.hours import Spans
    from ivr.menu.number import Number

SUMMER: Spans = (Span(600, 840),)


def summer(first: date, last: date, spans: Spans = SUMMER, reason: str = "") -> DatedException:
    return DatedException(first, last, spans, text_of("x", sv=reason, en=reason) if reason else None)


def with_exceptions(exceptions: list[DatedException]) -> Number:
    hours = {"office": replace(OFFICE, exceptions=tuple(exceptions))}
    return replace(TOWN, menu=replace(MENU, hours=hours))


JULY, END_OF_JULY, AUGUST = date(2027, 7, 5), date(2027, 7, 30), date(2027, 8, 6)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([summer(JULY, END_OF_JULY)], [summer(JULY, AUGUST)], ['Hours "office": 2027-07-31 to 2027-08-06 10:00-14:00 (was: usual hours)']),
        ([summer(JULY, END_OF_JULY)], [summer(date(2027, 7, 6), END_OF_JULY)], ['Hours "office": 2027-07-05 usual hours (was: 10:00-14:00)']),
        ([summer(JULY, AUGUST)], [summer(JULY, END_OF_JULY), summer(date(2027, 7, 31), AUGUST)], []),
        ([summer(JULY, AUGUST)], [summer(JULY, END_OF_JULY), summer(date(2027, 7, 31), AUGUST, ())], ['Hours "office": closed on 2027-07-31 to 2027-08-06 (was: 10:00-14:00)']),
        ([summer(JULY, END_OF_JULY, reason="Semester.")], [summer(JULY, AUGUST, reason="Sommar.")], [
            'Hours "office": 2027-07-31 to 2027-08-06 10:00-14:00 (was: usual hours)',
            'Hours "office" on 2027-07-05 to 2027-07-30 says (sv, en): "Sommar." (was: "Semester.")',
            'Hours "office" on 2027-07-31 to 2027-08-06 says (sv, en): "Sommar." (was: nothing)',
        ]),
        ([summer(date(2027, 7, 5), date(2027, 7, 5))], [summer(date(2027, 7, 7), date(2027, 7, 7))], ['Hours "office": 2027-07-05 usual hours (was: 10:00-14:00); 2027-07-07 10:00-14:00 (was: usual hours)']),
        ([], [summer(date(2027, 1, 1), date.max, ())], ['Hours "office": closed on 2027-01-01 to 9999-12-31 (was: usual hours)']),
    ],
)  # fmt: skip
def test_exceptions_are_compared_day_by_day(
    old: list[DatedException], new: list[DatedException], expected: list[str]
) -> None:
    assert [each.text for each in differences(with_exceptions(old), with_exceptions(new))] == expected
