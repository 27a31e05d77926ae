"""Asterisk's own queues have the people whom our router would ask, with their pauses, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.ami.snapshots import Member
from ivr.mirror import FallbackMirror
from routing.events import TelephoneState
from routing.policy import Agent, Skill
from tests.fakes.ami import FakeAmi
from tests.ivr.ami.asking import asked, told
from tests.routing.policies import generalist, policy, queue, specialist

if TYPE_CHECKING:
    from ivr.ami.client import AmiClient

FREE, RINGING, BUSY, UNREACHABLE = (
    TelephoneState.FREE,
    TelephoneState.RINGING,
    TelephoneState.BUSY,
    TelephoneState.UNREACHABLE,
)
POLICY = policy(
    [queue("school"), queue("general"), queue("social", confidential=True)],
    [
        specialist("anna", "school", "social"),
        generalist("gun", "school", "social"),
        generalist("ny", "school", level=1),
        Agent("vera", "Vera", {"school": Skill("generalist", 3), "general": Skill("specialist", 1)}),
    ],
)


class Office:
    """Telephones and pauses as the core has them, and the mirror of them."""

    def __init__(self, *free: str, paused: tuple[str, ...] = ()) -> None:
        self.telephones = dict.fromkeys(POLICY.agents, UNREACHABLE) | dict.fromkeys(free, FREE)
        self.paused = set(paused)
        self.mirror = FallbackMirror(POLICY, self.telephones, self.paused)
        self.asterisk = FakeAmi()

    def changes(self, agent: str, state: TelephoneState) -> list[str]:
        """Let a telephone change; return which actions Asterisk was sent."""
        before, self.telephones[agent] = self.telephones[agent], state
        orders = told(self.asterisk, lambda client: self.mirror.telephone_changed(client, agent, before))
        self.asterisk.actions.clear()
        return [order["Action"] for order in orders]

    def match(self) -> list[str]:
        """Match; return which actions Asterisk was sent to change anything."""

        async def matched(client: AmiClient) -> None:
            await self.mirror.match(client)
            await client.action("Ping")

        self.asterisk.actions.clear()
        asked(self.asterisk, matched)
        return [name for name in self.asterisk.names() if name not in {"Login", "Ping", "QueueStatus"}]


def member(queue_id: str, agent: str, penalty: int, *, is_paused: bool = False) -> Member:
    return Member(f"vaxel-{queue_id}", f"PJSIP/{agent}", penalty, is_paused)


@pytest.mark.parametrize("state", [FREE, RINGING, BUSY])
@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("anna", {member("school", "anna", 0), member("social", "anna", 0)}),
        ("gun", {member("school", "gun", 1)}),
        ("ny", {member("school", "ny", 2)}),
        ("vera", {member("school", "vera", 1), member("general", "vera", 0)}),
    ],
)
def test_whom_we_would_ask_later_asterisk_asks_later_and_in_confidence_only_named_people(
    agent: str, expected: set[Member], state: TelephoneState
) -> None:
    office = Office(agent)
    office.telephones[agent] = state
    assert office.mirror.members_of(agent) == expected


@pytest.mark.parametrize("agent", ["anna", "nobody"])
def test_an_agent_without_a_telephone_belongs_nowhere(agent: str) -> None:
    assert Office().mirror.members_of(agent) == set()


def test_an_agent_who_pauses_stays_and_is_not_rung() -> None:
    assert Office("gun", paused=("gun",)).mirror.members_of("gun") == {
        member("school", "gun", 1, is_paused=True)
    }


def test_matching_puts_in_who_is_missing_takes_out_who_does_not_belong_and_touches_nothing_else() -> None:
    office = Office("anna", "gun", paused=("gun",))
    office.asterisk.members = {
        ("vaxel-school", "PJSIP/anna"): (0, "0"),  # as it should be
        ("vaxel-school", "PJSIP/gun"): (0, "0"),  # pauses, and of another ring
        ("vaxel-school", "PJSIP/ny"): (2, "0"),  # has no telephone
        ("vaxel-general", "PJSIP/anna"): (0, "0"),  # has no such skill
        ("vaxel-closed-down", "PJSIP/bo"): (0, "0"),
        ("canteen", "PJSIP/anna"): (0, "0"),  # not ours
    }
    office.match()
    assert office.asterisk.members == {
        ("vaxel-school", "PJSIP/anna"): (0, "0"),
        ("vaxel-school", "PJSIP/gun"): (1, "1"),
        ("vaxel-social", "PJSIP/anna"): (0, "0"),
        ("canteen", "PJSIP/anna"): (0, "0"),
    }


def test_what_matches_is_left_alone() -> None:
    office = Office("anna", "vera", paused=("vera",))
    assert office.match() == ["QueueAdd"] * 4
    assert office.match() == []


def test_an_agent_whose_telephone_comes_is_logged_in_and_logged_out_as_it_goes() -> None:
    office = Office(paused=("vera",))
    assert office.changes("vera", FREE) == ["QueueAdd", "QueueAdd"]
    assert office.asterisk.members == {
        ("vaxel-school", "PJSIP/vera"): (1, "1"),
        ("vaxel-general", "PJSIP/vera"): (0, "1"),
    }
    for state in (RINGING, BUSY, FREE):
        assert office.changes("vera", state) == []
    assert office.changes("vera", UNREACHABLE) == ["QueueRemove", "QueueRemove"]
    assert office.asterisk.members == {}
    assert office.changes("vera", UNREACHABLE) == []


def test_a_pause_reaches_every_queue_and_ends_so() -> None:
    office = Office("vera")
    office.match()
    for paused in (True, False):
        (office.paused.add if paused else office.paused.discard)("vera")
        told(office.asterisk, lambda client: office.mirror.pause_changed(client, "vera"))
        assert {is_paused for _, is_paused in office.asterisk.members.values()} == {"1" if paused else "0"}


CHANGES = st.tuples(st.sampled_from(sorted(POLICY.agents)), st.sampled_from(TelephoneState))


@settings(max_examples=30)
@given(st.lists(CHANGES, max_size=8))
def test_after_any_changes_there_is_nothing_left_to_match(changes: list[tuple[str, TelephoneState]]) -> None:
    office = Office()
    for agent, state in changes:
        office.changes(agent, state)
    assert office.match() == []
