"""The names of days, months and units of time, in every language that is spoken.

Owns the words, each in the one form it stands in. Must not know how `moments` makes sentences of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.spoken.numbers import Unit

if TYPE_CHECKING:
    from ivr.spoken.numbers import Language

# From Monday. Swedish and English take a word before the name to say on that day, Finnish the essive case.
WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fi": (
        "maanantaina",
        "tiistaina",
        "keskiviikkona",
        "torstaina",
        "perjantaina",
        "lauantaina",
        "sunnuntaina",
    ),
}
# As they stand after the day of the month: Finnish has the partitive.
MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "sv": (
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fi": (
        "tammikuuta",
        "helmikuuta",
        "maaliskuuta",
        "huhtikuuta",
        "toukokuuta",
        "kesäkuuta",
        "heinäkuuta",
        "elokuuta",
        "syyskuuta",
        "lokakuuta",
        "marraskuuta",
        "joulukuuta",
    ),
}
TODAY: Final[dict[Language, tuple[str, str]]] = {  # and tomorrow
    "sv": ("i dag", "i morgon"),
    "en": ("today", "tomorrow"),
    "fi": ("tänään", "huomenna"),
}
SECOND: Final[dict[Language, Unit]] = {
    "sv": Unit("sekund", "sekunder"),
    "en": Unit("second", "seconds"),
    "fi": Unit("sekunti", "sekuntia"),
}
MINUTE: Final[dict[Language, Unit]] = {
    "sv": Unit("minut", "minuter"),
    "en": Unit("minute", "minutes"),
    "fi": Unit("minuutti", "minuuttia"),
}
HOUR: Final[dict[Language, Unit]] = {
    "sv": Unit("timme", "timmar"),
    "en": Unit("hour", "hours"),
    "fi": Unit("tunti", "tuntia"),
}
