"""How long a text will be heard is known well enough before anybody speaks it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.lengths import estimated_s
from ivr.menu.texts import Pace, Prompt

# What espeak-ng 1.52 took at 150 words a minute, ends cut, in November 2026.
SPOKEN_S = (
    ("sv", "Välkommen till Järfälla kommun. Välj vad din fråga gäller.", 4.21),
    ("sv", "Den knappen finns inte som val.", 2.35),
    ("sv", "För allmänna frågor, tryck 9 eller vänta kvar. För att höra valen igen, tryck stjärna.", 6.87),
    ("sv", "Numret har ändrats. Det nya numret är 08 580 285 00. Vi kopplar dig vidare.", 9.37),
    (
        "sv",
        (
            "Just nu är det ett avbrott i vattenförsörjningen i Jakobsberg och Kallhäll. Koka vattnet "
            "innan du dricker det. Vi räknar med att felet är avhjälpt under kvällen. Aktuell "
            "information finns på kommunens webbplats."
        ),
        15.01,
    ),
    ("en", "Welcome to Järfälla municipality. Choose what your question is about.", 4.6),
    ("en", "That key is not one of the options.", 2.14),
    ("en", "For general questions, press 9 or stay on the line. To hear the options again, press star.", 6.6),
    ("en", "In an emergency, hang up and call 112.", 3.75),
    (
        "en",
        (
            "There is an interruption of the water supply in Jakobsberg and Kallhäll. Boil the water "
            "before you drink it. We expect the fault to be mended this evening. Current information "
            "is on the municipality's website."
        ),
        13.49,
    ),
    ("fi", "Tervetuloa Järfällan kuntaan. Valitse, mitä asiasi koskee.", 4.81),
    ("fi", "Tätä näppäintä ei ole valittavissa.", 2.53),
    ("fi", "Yleiset kysymykset, paina 9 tai odota. Kuullaksesi vaihtoehdot uudelleen, paina tähteä.", 7.7),
    ("fi", "Hätätilanteessa sulje puhelu ja soita numeroon 112.", 4.67),
    (
        "fi",
        (
            "Vedenjakelussa on häiriö Jakobsbergissä ja Kallhällissä. Keitä vesi ennen juomista. "
            "Arvioimme, että vika saadaan korjattua illan aikana. Ajankohtaista tietoa on kunnan "
            "verkkosivuilla."
        ),
        14.6,
    ),
)
PROMPTS = st.builds(Prompt, st.just("name"), st.text(), st.sampled_from(["sv", "en", "fi", "so"]))


@pytest.mark.parametrize(("language", "text", "seconds"), SPOKEN_S)
def test_the_estimate_is_near_what_espeak_ng_takes(language: str, text: str, seconds: float) -> None:
    assert estimated_s(Prompt("name", text, language)) == pytest.approx(seconds, rel=0.15)


def test_pace_changes_the_length_in_its_proportion() -> None:
    slow, normal, fast = (estimated_s(Prompt("name", "Välkommen.", "sv", pace)) for pace in Pace)
    assert (slow / normal, fast / normal) == pytest.approx((150 / 125, 150 / 175))


@given(st.lists(PROMPTS, min_size=1))
def test_together_they_take_their_sum_and_the_first_ones_pauses(prompts: list[Prompt]) -> None:
    slow = [prompts[0]._replace(pace=Pace.SLOW), *prompts[1:]]
    pauses_s = 0.5 * (len(prompts) - 1)
    assert estimated_s(*slow) == pytest.approx(sum(map(estimated_s, slow)) + pauses_s)


@given(PROMPTS, st.text())
def test_a_longer_text_takes_no_less(prompt: Prompt, more: str) -> None:
    lengths_s = [estimated_s(prompt._replace(text=text)) for text in (prompt.text, f"{prompt.text} {more}")]
    assert all(one <= two for one, two in pairwise(lengths_s))


def test_nothing_takes_no_time() -> None:
    assert estimated_s() == 0.0
    assert estimated_s(Prompt("name", " \n", "sv")) == 0.0


def test_a_language_that_nobody_measured_is_taken_to_be_slow() -> None:
    text = "Tryck 1 för 112."
    lengths_s = {
        language: estimated_s(Prompt("name", text, language)) for language in ("sv", "en", "fi", "so")
    }
    assert lengths_s["so"] == max(lengths_s.values())
