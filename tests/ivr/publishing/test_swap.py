"""The swap: everybody hears of the new numbers at once, and people only of what they have to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.acquaintances import Acquaintances
from ivr.agi.request import AgiRequest
from ivr.arrivals import Arrivals
from ivr.installation import targets
from ivr.menu.number import Number, load_number, policy
from ivr.mirror import FallbackMirror
from ivr.publishing.swap import TO_DO, Swap
from ivr.settings import Settings
from routing.events import AgentStateChanged, ConfigurationChanged, TelephoneState
from tests.ivr.office import Office, in_office
from tests.ivr.publishing.ground import write_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.ami.snapshots import Member


class Town:
    """Testby and Nyby live in an office, and who has to hear of new numbers."""

    def __init__(self, office: Office, *numbers: Number) -> None:
        self.office = office
        office.core.attendant.numbers = {numbers[0].id: numbers[0]}
        self.arrivals = Arrivals(numbers, Settings(), b"key")
        self.mirror = FallbackMirror(policy(numbers), office.core.telephones, office.core.paused)
        self.led_to = targets(numbers)
        self.forgotten = 0
        self.swap = Swap(
            office.exchange,
            self.arrivals,
            self.mirror,
            self.led_to,
            self._forget,
            Settings(),
            Acquaintances({}),
        )
        self.swap(numbers)
        office.journal.events.clear()

    def _forget(self) -> None:
        self.forgotten += 1

    def comes_to(self, called: str) -> str:
        """Return which number's menu a called number comes to."""
        request = AgiRequest("c1", "PJSIP/trunk-1", arguments=(called, "c1"))
        return self.arrivals.read(request).arrival.number

    def members(self, agent: str) -> set[str]:
        """Return the fallback queues in which the agent is."""
        members: set[Member] = self.mirror.members_of(agent)
        return {member.queue for member in members}


@pytest.fixture
def numbers(tmp_path: Path) -> dict[str, Number]:
    """Load Testby and Nyby, and Testby with another greeting, other people, another extension."""
    loaded = {name: load_number(write_number(tmp_path / "menus", name)) for name in ("testby", "nyby")}
    others: dict[str, dict[str, str]] = {
        "greeting": {"greeting": "Hej."},
        "agent": {"agent": "vera"},
        "queue": {"queue": "others"},
        "apology": {"trouble": "Något är fel."},
    }
    for what, changes in others.items():
        folder = write_number(tmp_path / what, "testby", **changes)  # type: ignore[arg-type]
        loaded[what] = load_number(folder)
    return loaded


def in_town(numbers: dict[str, Number], story: Callable[[Town], None]) -> None:
    async def main(office: Office) -> None:
        story(Town(office, numbers["testby"], numbers["nyby"]))

    in_office(main)


def test_only_what_is_new_is_an_event_and_scripts_are_forgotten(numbers: dict[str, Number]) -> None:
    def story(town: Town) -> None:
        assert town.swap((numbers["nyby"], numbers["greeting"])) == ()
        assert town.office.log(ConfigurationChanged) == [
            ConfigurationChanged("testby", numbers["greeting"].content_hash)
        ]
        assert town.office.core.attendant.numbers["testby"] is numbers["greeting"]
        assert town.forgotten == 2

    in_town(numbers, story)


def test_queues_and_agents_change_with_the_last_number_of_a_publication(numbers: dict[str, Number]) -> None:
    def story(town: Town) -> None:
        town.swap((numbers["greeting"],))
        assert town.office.log(ConfigurationChanged) == [
            ConfigurationChanged("testby", numbers["greeting"].content_hash, more_follow=True),
            ConfigurationChanged("nyby", ""),
        ]

    in_town(numbers, story)


def test_another_copy_of_what_is_live_takes_its_place_without_an_event(numbers: dict[str, Number]) -> None:
    def story(town: Town) -> None:
        copy = replace(numbers["testby"], name="the same, elsewhere")
        assert town.swap((copy, numbers["nyby"])) == ()
        assert town.office.core.attendant.numbers["testby"] is copy
        assert town.office.journal.events == []

    in_town(numbers, story)


@pytest.mark.parametrize("what", ["agent", "queue"])
def test_people_are_told_when_asterisk_must_know(numbers: dict[str, Number], what: str) -> None:
    in_town(numbers, lambda town: _equal(town.swap((numbers[what], numbers["nyby"])), (TO_DO,)))


def test_people_are_told_when_asterisk_must_apologise_otherwise(numbers: dict[str, Number]) -> None:
    in_town(numbers, lambda town: _equal(town.swap((numbers["apology"], numbers["nyby"])), ()))
    alone = {**numbers, "nyby": numbers["testby"]}
    in_town(alone, lambda town: _equal(town.swap((numbers["apology"],)), (TO_DO,)))


def test_a_number_that_comes_is_as_after_a_restart_the_default_if_its_name_is_first(
    numbers: dict[str, Number],
) -> None:
    def story(town: Town) -> None:
        town.swap((numbers["testby"],))
        assert town.comes_to("0859999999") == "testby"
        town.swap((numbers["testby"], numbers["nyby"]))
        assert town.comes_to("0859999999") == "nyby"

    in_town(numbers, story)


def test_arrivals_extensions_and_fallback_queues_follow(numbers: dict[str, Number]) -> None:
    def story(town: Town) -> None:
        town.office.exchange.happened(AgentStateChanged("testby-anna", TelephoneState.FREE))
        assert town.led_to == {"606": "queue:testby-people", "604": "queue:nyby-people"}
        assert town.members("testby-anna") == {"vaxel-testby-people"}
        town.swap((numbers["queue"], numbers["nyby"]))
        assert town.led_to == {"606": "queue:others", "604": "queue:nyby-people"}
        assert town.members("testby-anna") == {"vaxel-others"}
        assert (town.comes_to("0858028500"), town.comes_to("0858028501")) == ("testby", "nyby")

    in_town(numbers, story)


def test_the_telephone_of_an_agent_who_is_no_more_is_nobodys(numbers: dict[str, Number]) -> None:
    def story(town: Town) -> None:
        town.office.exchange.happened(AgentStateChanged("testby-anna", TelephoneState.FREE))
        town.swap((numbers["agent"], numbers["nyby"]))
        assert town.members("testby-anna") == set()

    in_town(numbers, story)


def test_a_number_that_is_no_more_comes_to_the_default_number(numbers: dict[str, Number]) -> None:
    def story(town: Town) -> None:
        assert town.swap((numbers["testby"],)) == (TO_DO,)
        assert town.office.log(ConfigurationChanged) == [ConfigurationChanged("nyby", "")]
        assert list(town.office.core.attendant.numbers) == ["testby"]
        assert town.comes_to("0858028501") == "testby"
        assert town.swap((numbers["testby"], numbers["nyby"])) == (TO_DO,)
        assert town.comes_to("0858028501") == "nyby"

    in_town(numbers, story)


def _equal(found: object, expected: object) -> None:
    assert found == expected
