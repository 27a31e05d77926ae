"""What an administrator writes becomes the hours that callers meet, or is told back word for word."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

import time
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.hours import DatedException, Hours, Span, Why, state_at
from ivr.menu.hoursfile import load_hours
from ivr.menu.texts import Text, text_of
from queues.yamlfile import Findings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from queues.yamlfile import Value

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY = datetime(2026, 10, 1, 12, tzinfo=STOCKHOLM).timestamp()
HOURS = """\
hours:
  office:
    weekly:
      monday-thursday: 08:00-16:30
      friday: [13:00-15:00, 08:00-12:00]
      sunday: closed
    holidays:
      national-day: 10:00-14:00
      midsummer-eve: closed
      eves: 08:00-12:00
      bridge days: closed
    exceptions:
      - {on: 2026-12-23, open: 08:00-12:00, reason: Vi firar jul.}
      - {from: 2026-07-06, to: 2026-07-31, open: 09:00-15:00}
      - {on: 2026-11-27, open: closed, reason: Vi flyttar.}
  on-call:
    weekly: {monday-sunday: 00:00-24:00}
"""


def read_text(value: Value, name: str) -> Text | None:
    """Read it as the loader of menus does for a number with one language."""
    words = value.text()
    return text_of(name, sv=words) if words else None


def load(
    folder: Path, text: str, languages: tuple[str, ...] = ("sv", "en", "fi")
) -> tuple[Mapping[str, Hours], list[str]]:
    path, findings = folder / "hours.yaml", Findings()
    path.write_text(text, encoding="utf-8")
    calendars = load_hours(path, STOCKHOLM, languages, read_text, findings, TODAY)
    return calendars, [f"{p.line}:{p.column}: {p.severity}: {p.message}" for p in sorted(findings.problems)]


def test_each_part_of_the_language_is_read(tmp_path: Path) -> None:
    calendars, problems = load(tmp_path, HOURS)
    assert problems == []
    long, friday = (Span(480, 990),), (Span(480, 720), Span(780, 900))
    assert calendars == {
        "office": Hours(
            id="office",
            zone=STOCKHOLM,
            weekly=(long, long, long, long, friday, (), ()),
            holidays={
                "national-day": (Span(600, 840),),
                "midsummer-eve": (),
                "eves": (Span(480, 720),),
                "bridge days": (),
            },
            exceptions=(
                DatedException(
                    date(2026, 12, 23),
                    date(2026, 12, 23),
                    (Span(480, 720),),
                    text_of("hours/office/2026-12-23", sv="Vi firar jul."),
                ),
                DatedException(date(2026, 7, 6), date(2026, 7, 31), (Span(540, 900),)),
                DatedException(
                    date(2026, 11, 27),
                    date(2026, 11, 27),
                    (),
                    text_of("hours/office/2026-11-27", sv="Vi flyttar."),
                ),
            ),
        ),
        "on-call": Hours("on-call", STOCKHOLM, ((Span(0, 1440),),) * 7),
    }


def test_what_was_read_can_be_asked_at_once(tmp_path: Path) -> None:
    calendars, _ = load(tmp_path, HOURS)
    state = state_at(calendars["office"], datetime(2026, 11, 27, 10, tzinfo=STOCKHOLM).timestamp())
    assert (state.is_open, state.why) == (False, Why.EXCEPTION)
    assert state.reason == text_of("hours/office/2026-11-27", sv="Vi flyttar.")
    assert state.opens_at == datetime(2026, 11, 30, 8, tzinfo=STOCKHOLM).timestamp()


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("monday-thursday: 08:00-16:30", "monday-thursday: 8", ['4:24: error: hours.office.weekly.monday-thursday: expected a time such as 08:00-16:30 or closed, found "8"; midnight is 24:00']),
        ("monday-thursday: 08:00-16:30", "monday-thursday: 08:00-25:00", ['4:24: error: hours.office.weekly.monday-thursday: expected a time such as 08:00-16:30 or closed, found "08:00-25:00"; midnight is 24:00']),
        ("monday-thursday: 08:00-16:30", "monday-thursday:", ["4:23: error: hours.office.weekly.monday-thursday: expected a time such as 08:00-16:30 or closed, found nothing; midnight is 24:00"]),
        ("monday-thursday: 08:00-16:30", "monday-thursday: shut", ['4:24: error: hours.office.weekly.monday-thursday: expected a time such as 08:00-16:30 or closed, found "shut"; midnight is 24:00']),
        ("monday-thursday: 08:00-16:30", "monday-thursday: 16:30-08:00", ['4:24: error: hours.office.weekly.monday-thursday: expected an end after 16:30, found "16:30-08:00"; midnight is 24:00, and what lies after it belongs to the next day']),
        ("monday-thursday: 08:00-16:30", "monday-thursday: 18:00-00:00", ['4:24: error: hours.office.weekly.monday-thursday: expected an end after 18:00, found "18:00-00:00"; midnight is 24:00, and what lies after it belongs to the next day']),
        ("monday-thursday: 08:00-16:30", "monday-thursday: {opens: 8}", ["4:24: error: hours.office.weekly.monday-thursday: expected a list of times such as 08:00-16:30, found keys with values"]),
        ("monday-thursday:", "monday-tursday:", ['4:7: error: hours.office.weekly.monday-tursday: unknown day "tursday"; did you mean "thursday"?']),
        ("monday-thursday:", "måndag:", ['4:7: error: hours.office.weekly.måndag: unknown day "måndag"; did you mean "monday"?']),
        ("monday-thursday:", "thursday-monday:", ['4:7: error: hours.office.weekly.thursday-monday: expected a day such as monday, or a first and a later day of a week such as monday-friday, found "thursday-monday"']),
        ("sunday: closed", "thursday: closed", ["6:7: error: hours.office.weekly.thursday: expected each day once, found thursday also on line 4"]),
        ("sunday: closed", "friday: closed", ["6:7: error: hours.office.weekly.friday: this key stands twice; the first is on line 5"]),
        ("[13:00-15:00, 08:00-12:00]", "[08:00-12:00, 11:00-15:00]", ['5:29: error: hours.office.weekly.friday[2]: expected hours that do not overlap with 08:00-12:00, found "11:00-15:00"']),
        ("[13:00-15:00, 08:00-12:00]", "[08:00-12:00, closed]", ['5:29: error: hours.office.weekly.friday[2]: expected a time such as 08:00-16:30, found "closed"; midnight is 24:00']),
        ("[13:00-15:00, 08:00-12:00]", "[]", ["5:15: error: hours.office.weekly.friday: expected a list of times such as 08:00-16:30 (1 to 10 of them), found an empty list"]),
        ("midsummer-eve:", "midsommer-eve:", ['9:7: error: hours.office.holidays.midsommer-eve: unknown holiday; did you mean "midsummer-eve"?']),
        ("bridge days:", "bridge-day:", ['11:7: error: hours.office.holidays.bridge-day: unknown holiday; did you mean "bridge days"?']),
        ("on: 2026-12-23", "on: 2026-02-30", ['13:14: error: hours.office.exceptions[1].on: expected a date that exists, found "2026-02-30"']),
        ("on: 2026-12-23", "on: 23/12", ['13:14: error: hours.office.exceptions[1].on: expected a date such as 2026-12-24, found "23/12"']),
        ("on: 2026-12-23", "from: 2026-12-23", ['13:9: error: hours.office.exceptions[1]: expected the day as "on", or the days as "from" and "to"']),
        ("on: 2026-12-23", "on: 2026-12-23, to: 2026-12-24", ['13:9: error: hours.office.exceptions[1]: expected the day as "on", or the days as "from" and "to"']),
        ("on: 2026-12-23, open: 08:00-12:00", "on: 2026-12-23", ['13:9: error: hours.office.exceptions[1]: the key "open" is missing']),
        ("on: 2026-12-23, open: 08:00-12:00", "on: 2026-12-23, open: 12", ['13:32: error: hours.office.exceptions[1].open: expected a time such as 08:00-16:30 or closed, found "12"; midnight is 24:00']),
        ("reason: Vi firar jul.", "reson: Vi firar jul.", ['13:45: error: hours.office.exceptions[1].reson: unknown key; did you mean "reason"?']),
        ("on: 2026-12-23, open: 08:00-12:00, reason: Vi firar jul.", "on: 2026-02-30, open: closed, reason: ", ['13:14: error: hours.office.exceptions[1].on: expected a date that exists, found "2026-02-30"', "13:48: error: hours.office.exceptions[1].reason: expected a text, found nothing"]),
        ("to: 2026-07-31", "to: 2026-07-01", ['14:32: error: hours.office.exceptions[2].to: expected 2026-07-06 or a later date, found "2026-07-01"']),
        ("on: 2026-11-27", "on: 2026-12-23", ["15:9: error: hours.office.exceptions[3]: expected one exception a day, found 2026-12-23 also on line 13"]),
        ("on: 2026-11-27", "from: 2026-07-01, to: 2026-07-10", ["15:9: error: hours.office.exceptions[3]: expected one exception a day, found 2026-07-06 also on line 14"]),
        ("on: 2026-12-23", "on: 2026-12-25", ['13:9: warning: hours.office.exceptions[1]: without effect, because holidays come before exceptions; set "christmas-day" below holidays: instead']),
        ("on: 2026-12-23", "on: 2026-04-30", ['13:9: warning: hours.office.exceptions[1]: without effect, because holidays come before exceptions; set "walpurgis-night" below holidays: instead']),
        ("on: 2026-12-23", "on: 2026-05-15", ['13:9: warning: hours.office.exceptions[1]: without effect, because holidays come before exceptions; set "bridge days" below holidays: instead']),
        ("on: 2026-12-23", "from: 2026-12-24, to: 2026-12-25", ['13:9: warning: hours.office.exceptions[1]: without effect, because holidays come before exceptions; set "christmas-eve" and "christmas-day" below holidays: instead']),
        ("on: 2026-12-23", "from: 2026-12-23, to: 2026-12-28", []),
        ("monday-sunday: 00:00-24:00", "monday: closed", ["16:3: error: hours.on-call: expected to open some time, found no opening in the 400 days from 2026-10-01"]),
        ("{monday-sunday: 00:00-24:00}", "{}", ["16:3: error: hours.on-call: expected to open some time, found no opening in the 400 days from 2026-10-01"]),
        ("    weekly: {mon", "    weakly: {mon", ['17:5: error: hours.on-call.weakly: unknown key; did you mean "weekly"?', '17:5: error: hours.on-call: the key "weekly" is missing']),
        ("  on-call:", "  On-call:", ['16:3: error: hours.On-call: expected an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter, found "On-call"']),
        (HOURS, "hours: {}\n", ["1:8: error: hours: expected calendars, each with its id as key, found no keys at all; without any, delete the file"]),
        (HOURS, "hour: {}\n", ['1:1: error: hour: unknown key; did you mean "hours"?', '1:1: error: the key "hours" is missing']),
        (HOURS, "", ["1:1: error: expected keys with values, found an empty file"]),
    ],
)  # fmt: skip
def test_each_mistake_is_told(tmp_path: Path, wrong: str, right: str, expected: list[str]) -> None:
    assert HOURS.count(wrong) == 1
    _, problems = load(tmp_path, HOURS.replace(wrong, right))
    assert sorted(problems) == sorted(expected)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    findings = Findings()
    assert load_hours(tmp_path / "hours.yaml", STOCKHOLM, ["sv"], read_text, findings, TODAY) == {}
    assert [problem.message for problem in findings.problems] == [
        "expected this file, found none; is it elsewhere, or named otherwise?"
    ]


def test_a_language_without_names_of_holidays_is_told_before_a_caller_meets_one(tmp_path: Path) -> None:
    _, problems = load(tmp_path, HOURS, ("sv", "se"))
    assert problems == [
        '2:3: warning: hours: holidays have no names in the language "se"; there is: en, fi, sv'
    ]


def test_an_exception_is_an_opening_too(tmp_path: Path) -> None:
    """A house that opens on two days a year is open some time, until the second of them is over."""
    text = "hours: {fair: {weekly: {}, exceptions: [{on: %s, open: 10:00-16:00}]}}\n"
    assert load(tmp_path, text % "2027-08-14")[1] == []
    assert load(tmp_path, text % "2026-08-14")[1] == [
        "1:9: error: hours.fair: expected to open some time, found no opening in the 400 days from 2026-10-01"
    ]


def test_a_century_of_exceptions_is_read_in_two_seconds(tmp_path: Path) -> None:
    lines = "".join(
        f"      - {{from: {2000 + n // 4}-0{n % 4 * 2 + 1}-01, to: {2000 + n // 4}-0{n % 4 * 2 + 1}-28, open: closed}}\n"
        for n in range(400)
    )
    begun = time.perf_counter()
    calendars, problems = load(
        tmp_path, f"hours:\n  office:\n    weekly: {{friday: 08:00-12:00}}\n    exceptions:\n{lines}"
    )
    assert problems == []
    assert len(calendars["office"].exceptions) == 400
    assert time.perf_counter() - begun < 2.0


WORDS = st.sampled_from(
    ["hours", "office", "weekly", "holidays", "exceptions", "monday", "monday-friday", "friday", "closed", "on",
     "08:00-16:30", "08:00-12:00", "eves", "bridge days", "christmas-day", "open", "reason", "from", "to",
     "2026-12-25", "2026-11-27", "2026-02-30", "-"]
)  # fmt: skip
TREES = st.recursive(
    WORDS | st.integers(-1, 9) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=25,
)


@settings(deadline=None)  # the machine may be busy
@given(
    st.dictionaries(st.sampled_from(["weekly", "holidays"]), st.dictionaries(WORDS, TREES, max_size=4)),
    st.lists(
        st.dictionaries(st.sampled_from(["on", "from", "to", "open", "reason"]), TREES, max_size=5)
        | st.builds(lambda on, opens: {"on": on, "open": opens}, WORDS, TREES),
        max_size=4,
    ),
)
def test_no_yaml_made_of_the_languages_words_crashes_the_loader(
    tmp_path_factory: pytest.TempPathFactory, calendar: dict[str, object], exceptions: object
) -> None:
    tree = {"hours": {"office": {**calendar, "exceptions": exceptions}}}
    calendars, _ = load(tmp_path_factory.getbasetemp(), yaml.safe_dump(tree))
    assert list(calendars) == ["office"]
