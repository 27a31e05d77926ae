"""A tried call goes as a real one would: every kind of node, what is given, and when things happen."""

from __future__ import annotations

import pytest

from ivr.menu.commands import ScriptDone
from ivr.proving.course import Came, Ended, Heard, Pressed, What
from ivr.proving.scenario import Given, GivenCrisis
from routing.events import Outcome
from tests.ivr.proving.testby import EVENING, REPLACED, texts, timed, tried

PAID = Given(scripts={"parking:main": ScriptDone("paid")})
FAILED = Given(scripts={"parking:main": ScriptDone(has_failed=True)})
AWAY = Given(officers_answer=False)
ASKED_S = 8.8  # until the greeting and six options have been said


def test_a_key_is_pressed_when_everything_has_been_said_and_the_queue_ends_the_trial() -> None:
    happened = timed(tried("1"))
    assert happened[:2] == [Heard(0, "Välkommen till Testby.", "sv"), Heard(1.3, "Skola, tryck 1.", "sv")]
    # 1 might be the beginning of 12: the menu listens on for 2 s.
    assert happened[7:] == [
        Pressed(8.8, "1"),
        Heard(10.8, "Du kopplas till skolan.", "sv"),
        Came(11.8, What.QUEUE, "school"),
        Ended(11.8, Outcome.ABANDONED, "caller"),
    ]


def test_a_trial_says_where_the_call_came_to() -> None:
    trial = tried("1")
    assert (trial.queue, trial.node, trial.language) == ("school", "school", "sv")
    assert (trial.officer, trial.agent, trial.script) == (None, None, None)


def test_after_a_wait_a_key_cuts_off_what_is_being_said() -> None:
    trial = tried("wait 1.8 s, 1")
    assert texts(trial) == ["Välkommen till Testby.", "Skola,-", "Du kopplas till skolan."]
    assert timed(trial)[2] == Pressed(1.8, "1")


def test_a_wait_counts_from_the_act_before_it_also_over_silences() -> None:
    happened = [each for each in timed(tried("wait 20 s, 2")) if not isinstance(each, Heard)]
    assert happened == [
        Came(13.8, What.SILENCE),  # asked until 8.8 s, and once more from then on
        Pressed(20.0, "2"),
        Came(26.3, What.SILENCE),  # to the offer of a person, after two texts, for 4 s
        Ended(26.3, Outcome.SELF_SERVED, "engine"),
    ]


def test_silence_is_counted_and_leads_to_a_person() -> None:
    trial = tried()
    assert texts(trial)[7:9] == ["Inget val.", "Välj igen."]
    assert texts(trial)[-2:] == ["Holm, tryck 6.", "Inget val."]
    assert (trial.queue, trial.outcome) == ("general", Outcome.ABANDONED)


def test_wrong_keys_star_and_hash_mean_what_they_mean_to_callers() -> None:
    assert tried("9, 9").queue == "general"
    assert texts(tried("9"))[7:9] == ["Fel knapp.", "Välj igen."]
    assert texts(tried("*"))[7] == "Välj igen."
    assert texts(tried("3, #"))[7:9] == ["Slå anknytningen.", "Välj igen."]
    assert tried("0").queue == "general"


def test_keys_that_stand_together_are_one_answer_and_keys_after_a_comma_the_next() -> None:
    assert texts(tried("12"))[7] == "Slå koden."
    assert tried("1, 2").queue == "school"


def test_a_message_offers_a_person_and_ends_the_call() -> None:
    trial = tried("2")
    assert texts(trial)[7:] == ["Vi har öppet åtta till fyra.", "Om du vill tala med någon, tryck noll."]
    assert timed(trial)[-1] == Ended(15.1, Outcome.SELF_SERVED, "engine")
    assert tried("2, 0").queue == "general"
    assert timed(tried("2, hang up"))[-1] == Ended(11.1, Outcome.SELF_SERVED, "caller")


def test_a_caller_who_hangs_up_in_the_menu_has_left_in_the_menu() -> None:
    assert timed(tried("wait 2 s, hang up"))[-1] == Ended(2.0, Outcome.LEFT_IN_MENU, "caller")


def test_extensions_lead_to_queues_and_officers() -> None:
    assert tried("3, 601").queue == "school"
    trial = tried("3, 701")
    assert (trial.officer, trial.outcome) == ("holm", Outcome.CONNECTED_DIRECTLY)


def test_digits_are_read_back_and_confirmed() -> None:
    trial = tried("4, 12#, 1")
    assert texts(trial)[7:] == [
        "Slå ärendet.",
        "Avsluta med fyrkant.",
        "Du slog:",
        "ett",
        "två",
        "Om det stämmer, tryck ett. Vill du slå om, tryck två.",
        "Du kopplas till skolan.",
    ]
    assert trial.queue == "school"


def test_too_few_digits_are_taken_when_no_more_come() -> None:
    pressed = [each for each in tried("4, 12, 1").happened if isinstance(each, Pressed)]
    # The 1 answers what was read back 5 s after the last digit: a question of its own.
    assert [each.key for each in pressed] == ["4", "1", "2", "1"]
    assert tried("4, 12, 1").queue == "school"


def test_secret_digits_reach_the_script() -> None:
    trial = tried("12, 4711", given=PAID)
    assert (trial.script, trial.node) == ("parking:main", "thanks")
    assert tried("12, 47", given=PAID).script is None


@pytest.mark.parametrize(
    ("given", "node", "heard"),
    [
        (None, "general", "Ett ögonblick."),
        (PAID, "thanks", "Tack för betalningen."),
        (FAILED, "general", "Tjänsten går tyvärr inte att använda just nu."),
    ],
)
def test_a_script_returns_what_is_given(given: Given | None, node: str, heard: str) -> None:
    trial = tried("5", given=given)
    assert (trial.script, trial.node) == ("parking:main", node)
    assert any(text.startswith(heard) for text in texts(trial))


def test_an_officer_answers_or_is_away() -> None:
    answered = tried("6")
    assert (answered.officer, answered.queue) == ("holm", None)
    assert answered.outcome is Outcome.CONNECTED_DIRECTLY
    away = tried("6", given=AWAY)
    assert (away.officer, away.queue, away.outcome) == ("holm", "school", Outcome.ABANDONED)
    rung = [each for each in away.happened if isinstance(each, Came)]
    assert [each.what for each in rung] == [What.OFFICER, What.AWAY, What.QUEUE]
    assert rung[1].at - rung[0].at == 30.0


def test_who_hangs_up_while_an_officer_is_rung_has_left_in_the_menu() -> None:
    assert tried("6, wait 3 s, hang up").outcome is Outcome.LEFT_IN_MENU


def test_free_agents_are_offered_and_answer_after_two_rings() -> None:
    trial = tried("1", given=Given(free=("gun", "anna")))
    assert (trial.agent, trial.outcome) == ("anna", Outcome.ANSWERED)
    offered, talk = (each for each in trial.happened if isinstance(each, Came) and each.name == "anna")
    assert talk.at - offered.at == 5.0


def test_who_waits_in_a_queue_waits_and_nobody_else_answers() -> None:
    trial = tried("0, wait 10 min", given=Given(free=("anna",)))
    assert (trial.queue, trial.agent, trial.outcome) == ("general", None, Outcome.ABANDONED)
    assert timed(trial)[-1].at == ASKED_S + 600


def test_waits_and_keys_in_a_talk_change_nothing() -> None:
    trial = tried("1, wait 1 min, 5, wait 1 min", given=Given(free=("anna",)))
    assert trial.outcome is Outcome.ANSWERED
    assert timed(trial)[-1].at == ASKED_S + 120


def test_a_language_stays_and_patience_waits() -> None:
    english = tried("8, 1")
    assert (english.language, english.heard[-1].text) == ("en", "To the school.")
    assert tried("7, wait 1 min, 2").node == "opening-hours"
    assert tried("wait 1 min, 2").queue == "general"


def test_after_hours_the_exchange_says_why_and_hangs_up() -> None:
    trial = tried("1", when=EVENING)
    assert texts(trial) == [
        "Vi har stängt just nu.",
        "Vi öppnar igen i morgon klockan åtta.",
        "We are closed at the moment.",
        "We open again tomorrow at eight in the morning.",
        "Hej då.",
    ]
    assert timed(trial)[-1] == Ended(6.2, Outcome.OUT_OF_HOURS, "engine")


def test_hours_are_overridden_as_given() -> None:
    assert tried("1", when=EVENING, given=Given(hours={"office": "open"})).queue == "school"
    assert tried("1", given=Given(hours={"office": "closed"})).outcome is Outcome.OUT_OF_HOURS
    emergency = tried("1", given=Given(hours={"office": "emergency"}))
    assert texts(emergency)[0].startswith("Vi har tyvärr fått stänga")


def test_a_crisis_is_heard_by_everybody_or_at_its_queue() -> None:
    to_all = GivenCrisis({"sv": "Vattnet är borta."})
    at_school = GivenCrisis({"sv": "Skolan är stängd.", "en": "School is closed."}, "school")
    given = Given(crises=(to_all, at_school))
    trial = tried("wait 5 s, 1", given=given)
    assert (texts(trial)[0], trial.outcome) == ("Vattnet är borta.", Outcome.INFORMED)
    assert [heard.text for heard in trial.heard[-2:]] == ["Skolan är stängd.", "School is closed."]
    assert "Skolan är stängd." not in texts(tried("0", given=given))


def test_an_old_number_says_that_it_was_replaced() -> None:
    trial = tried("1", to=REPLACED)
    assert texts(trial)[0].startswith("Numret du ringde har ersatts.")
    assert trial.queue == "school"


def test_the_same_call_is_tried_the_same_way_each_time() -> None:
    assert tried("4, 12#, *, 1") == tried("4, 12#, *, 1")
