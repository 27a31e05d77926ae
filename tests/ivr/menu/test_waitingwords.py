"""What those who wait hear, to the word, in each language; and that all of it is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.texts import Prompt, Text, text_of
from ivr.menu.waitingwords import choice_text, regained_text, waiting_prompts, waiting_texts
from ivr.spoken.moments import number, wait
from ivr.spoken.sentences import SENTENCES
from queues.waiting.announcing import Told
from queues.waiting.ranges import WaitRange, all_ranges
from routing.policy import Announcing
from tests.ivr.menu.menus_for_tests import choice, menu_of, option

if TYPE_CHECKING:
    from ivr.menu.model import Menu

ALL = ("sv", "en", "fi")
KEYS = "0123456789"
SAID = {
    key: text_of(
        f"sentences/{key.replace(' ', '-')}",
        sv=sentence.words["sv"],
        en=sentence.words["en"],
        fi=sentence.words["fi"],
    )
    for key, sentence in SENTENCES.items()
}
MENU = replace(
    menu_of(choice("top", option("0", "general"))),
    languages=ALL,
    sentences={key: text for key, text in SAID.items() if not SENTENCES[key].fields},
    templates={key: text for key, text in SAID.items() if SENTENCES[key].fields},
)


def in_german(menu: Menu) -> Menu:
    """Return a menu in a language of which the exchange has no words."""
    texts = {key: text_of(text.name, de=f"Auf Deutsch: {key}.") for key, text in SAID.items()}
    return replace(
        menu,
        languages=("de",),
        sentences={key: texts[key] for key in menu.sentences},
        templates={key: texts[key] for key in menu.templates},
    )


@pytest.mark.parametrize(
    ("told", "swedish", "english", "finnish"),
    [
        (Told(1), "Du står först i kön.", "You are first in the queue.", "Olet jonossa ensimmäisenä."),
        (Told(2), "Du har plats nummer två i kön.", "You are second in the queue.", "Olet jonossa toisena."),
        (
            Told(11),
            "Du har minst tio före dig i kön.",
            "You are behind at least ten others in the queue.",
            "Olet jonossa vähintään kymmenen soittajan jälkeen.",
        ),
        (
            Told(0, WaitRange(300, 480)),
            "Väntetiden är just nu mellan fem och åtta minuter.",
            "The waiting time just now is between five and eight minutes.",
            "Odotusaika on tällä hetkellä viidestä kahdeksaan minuuttia.",
        ),
        (
            Told(1, WaitRange(0, 60)),
            "Du står först i kön. Väntetiden är just nu mindre än en minut.",
            "You are first in the queue. The waiting time just now is less than a minute.",
            "Olet jonossa ensimmäisenä. Odotusaika on tällä hetkellä alle minuutin.",
        ),
    ],
)
def test_the_place_and_then_the_time_are_said(told: Told, swedish: str, english: str, finnish: str) -> None:
    said = [" ".join(prompt.text for prompt in waiting_texts(MENU, language, told, 10)) for language in ALL]
    assert said == [swedish, english, finnish]


def test_a_prompt_has_the_name_and_pace_of_its_sentence() -> None:
    (said,) = waiting_texts(MENU, "sv", Told(3), 10)
    assert said == Prompt("sentences/position", "Du har plats nummer tre i kön.", "sv")


def test_a_recording_of_a_sentence_with_a_gap_is_not_played() -> None:
    text = Text("x", {"sv": Prompt("x", "Nummer {position}.", "sv", recording="x.wav")})
    menu = replace(MENU, templates={**MENU.templates, "position": text})
    assert [prompt.recording for prompt in waiting_texts(menu, "sv", Told(3), 10)] == [""]


def test_a_key_has_to_be_pressed_again_and_the_place_is_kept() -> None:
    said = [choice_text(MENU, language, "0") for language in ALL]
    assert [prompt.text for prompt in said if prompt is not None] == [
        "Om du vill lämna kön, tryck noll en gång till. Annars behåller du din plats.",
        "To leave the queue, press zero once more. Otherwise you keep your place.",
        "Jos haluat poistua jonosta, paina vielä kerran numeroa nolla. Muuten säilytät paikkasi.",
    ]


def test_who_was_cut_off_is_welcomed_back() -> None:
    assert [regained_text(MENU, language).text for language in ALL] == [
        "Välkommen tillbaka. Du har kvar din plats i kön.",
        "Welcome back. You have kept your place in the queue.",
        "Tervetuloa takaisin. Paikkasi jonossa on säilynyt.",
    ]


def test_a_sentence_is_filled_in_the_language_in_which_it_is_spoken() -> None:
    text = Text("x", {"en": Prompt("x", "{wait} kvar.", "sv")})  # spoken in: sv
    menu = replace(MENU, templates={**MENU.templates, "estimate": text})
    (said,) = waiting_texts(menu, "en", Told(0, WaitRange(300, 480)), 10)
    assert (said.language, said.text) == ("sv", "mellan fem och åtta minuter kvar.")


def test_where_no_figures_can_be_said_what_has_none_is_said_all_the_same() -> None:
    menu = in_german(MENU)
    assert [prompt.text for prompt in waiting_prompts(menu, [Announcing()], KEYS)] == [
        "Auf Deutsch: first in line.",
        "Auf Deutsch: place regained.",
    ]
    assert waiting_texts(menu, "de", Told(4, WaitRange(0, 60)), 10) == ()
    assert choice_text(menu, "de", "1") is None


@given(
    st.sampled_from(ALL),
    st.integers(0, 11),
    st.none() | st.sampled_from(all_ranges()),
    st.sampled_from(KEYS),
    st.integers(1, 10),
)
def test_whatever_is_said_is_known_beforehand(
    language: str, place: int, spoken: WaitRange | None, key: str, most_position: int
) -> None:
    known = set(waiting_prompts(MENU, [Announcing(most_position=most_position)], KEYS))
    told = Told(min(place, most_position + 1), spoken)
    assert known >= {*waiting_texts(MENU, language, told, most_position), regained_text(MENU, language)}
    assert choice_text(MENU, language, key) in known


@pytest.mark.parametrize(
    ("announcing", "keys", "expected"),
    [
        ((Announcing(),), "", 11 + 58 + 1),
        ((Announcing(), Announcing(every_s=60.0)), "99", 11 + 58 + 1 + 1),
        ((Announcing(), Announcing(most_position=5)), "", 11 + 1 + 58 + 1),
        ((Announcing(estimate=False),), "", 11 + 1),
        ((Announcing(position=False),), "12", 58 + 1 + 2),
        ((), "", 1),
    ],
)
def test_the_sounds_of_a_language_are_few(
    announcing: tuple[Announcing, ...], keys: str, expected: int
) -> None:
    assert len(set(waiting_prompts(MENU, announcing, keys))) == len(ALL) * expected


@pytest.mark.parametrize("language", ALL)
def test_no_two_ranges_sound_alike(language: str) -> None:
    assert len({wait(language, *spoken) for spoken in all_ranges()}) == len(all_ranges())


@pytest.mark.parametrize("spoken", all_ranges(), ids=str)
def test_a_range_is_said_as_it_was_rounded(spoken: WaitRange) -> None:
    least, most = int(spoken.least_s / 60), int(spoken.most_s / 60)
    words = {1: "a minute", 60: "an hour"}.get(most, f"{number('en', most)} minutes")
    low = {0: ""}.get(least, number("en", least) + (" minutes" if most == 60 else ""))
    assert wait("en", *spoken) == (f"between {low} and {words}" if least else f"less than {words}")
