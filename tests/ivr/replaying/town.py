"""A town whose calls come from a core in memory: a journal, its call log, and the versions beside it.

Owns the small world that makes a day of calls: who phones, who is patient, who answers. All chance is by
seed. Must not know what is tried with it.
"""

from __future__ import annotations

from contextlib import closing
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING

from ivr.contact import Phase
from ivr.core import Core
from ivr.menu.commands import Ask, Say
from ivr.menu.number import STOCKHOLM, Ground, load_number, policy
from ivr.publishing.versions import MENUS, Versions
from ivr.replaying.history import Places
from queues.calllog.follower import Follower, UpToDate
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    CallArrived,
    CallerHungUp,
    CallerQueued,
    ConfigurationChanged,
    ContactCarried,
    DigitPressed,
    EngineStarted,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    PromptEnded,
    Recorded,
    RestorationEnded,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from tests.queues.calllog.logs import new_log, write_journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.menu.number import Number
    from routing.events import Input

MORNING = 1_795_420_800.0  # Monday 2026-11-23, 9:00 in Stockholm
AGENTS = ("anna", "gun", "vera")

FILES = {
    "number.yaml": (
        "name: Testby kommun\nlanguages: [sv]\ncalled numbers: [+46 8 580 285 00]\ntrouble: Fel.\n"
    ),
    "menu.yaml": """\
start: start
person: general
nodes:
  start:
    kind: menu
    greeting: Välkommen.
    options:
      1: {text: "För skola, tryck 1.", to: school}
      2: {text: "För annat, tryck 2.", to: general}
    silence: {text: Inget val., count: 1, to: general}
  school: {kind: queue, queue: school, text: Du kopplas till skolan.}
  general: {kind: queue, queue: general}
""",
    "queues.yaml": """\
queues:
  school:
    name: Skola
    extension: 601
    wrap-up: 10 s
    rings: [{after: 0 s, ask: specialists}, {after: 30 s, ask: everybody}]
  general:
    name: Allmänt
    extension: 602
    rings: [{after: 0 s, ask: specialists}]
""",
    "agents.yaml": """\
agents:
  anna: {name: Anna, specialist: {school: 3}}
  gun: {name: Gun, generalist: {school: 2}, specialist: {general: 2}}
  vera: {name: Vera, specialist: {general: 1}}
""",
}


def carried(number: str) -> ContactCarried:
    """Return that a caller was in this number's menu as an earlier run ended."""
    return ContactCarried("vaxel-0", "vaxel-0", number, "menu", None, None, None, None, None, "caller")


class Town:
    """Testby, in a folder; `happens` and `day` make its journal."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.folder = folder
        self.chance = Random(seed)
        self.stream: list[Recorded] = []
        self.at = MORNING
        self._callers = 0
        self._plans: list[tuple[float, int, Callable[[], object]]] = []
        self._planned = 0
        for name, text in FILES.items():
            self.edit(name, text)
        self.number = self.publish()
        self.core: Core

    # --- the installation ---------------------------------------------------------------------------

    @property
    def menus(self) -> Path:
        return self.folder / "menus"

    @property
    def versions(self) -> Path:
        return self.folder / "state" / "versions"

    @property
    def journal(self) -> Path:
        return self.folder / "state" / "journal"

    def places(self, journal: Path | None = None) -> Places:
        return Places(journal or self.journal, (), self.menus, Ground(STOCKHOLM))

    def edit(self, name: str, text: str) -> None:
        path = self.menus / "testby" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def publish(self) -> Number:
        """Keep a version of the files as they are, and return what is live with it."""
        number = load_number(self.menus / "testby", Ground(STOCKHOLM))
        versions = Versions(self.versions)
        staged = versions.stage([self.menus / "testby"])
        version = versions.keep(staged, self.at, "by hand", {"testby": number.content_hash})
        return load_number(version.menus / "testby", Ground(STOCKHOLM))

    def write(self) -> Path:
        """Write the journal; return its folder."""
        return write_journal(self.journal, self.stream)

    def log(self) -> None:
        """Write the journal and the call log, as an engine leaves them."""
        journal, state = self.write(), self.folder / "state"
        new_log(state)
        database = (state / "calls.db").rename(state / "calls.sqlite")
        with closing(Follower(journal, f"sqlite:///{database}")) as follower:
            while not isinstance(follower.step(), UpToDate):
                pass

    def forget_versions(self) -> None:
        """Lose every copy of what was live."""
        for version in Versions(self.versions).all():
            for path in sorted((version.menus.parent / MENUS).rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            (version.menus.parent / "version.json").unlink()

    # --- what happens -------------------------------------------------------------------------------

    def starts(self) -> None:
        """Let an engine start: it knows nobody."""
        self.core = Core({"testby": self.number}, policy([self.number]))
        self._plans.clear()
        self.happens(EngineStarted("0.1.0"))
        self.happens(AsteriskConnected("run"))
        self.happens(ConfigurationChanged("testby", self.number.content_hash))
        self.happens(RestorationEnded(0))

    def is_cut_off(self, other: str) -> int:
        """Let an engine start and be killed before it tells of the number `other`, of which it has a caller.

        Return its first event's number.
        """
        first = len(self.stream) + 1
        told = ConfigurationChanged("testby", self.number.content_hash)
        for event in (EngineStarted("0.1.0"), carried(other), told):
            self.stream.append(Recorded(len(self.stream) + 1, self.at, event))
        return first

    def goes_live(self) -> None:
        """Publish the files as they are under calls."""
        self.number = self.publish()
        self.core.attendant.know(self.number)
        self.happens(ConfigurationChanged("testby", self.number.content_hash))

    def happens(self, event: Input) -> None:
        decisions = self.core.step(self.at, event)
        if decisions is None:
            return
        for each in (event, *decisions):
            self.stream.append(Recorded(len(self.stream) + 1, self.at, each))
        for decision in decisions:
            if isinstance(decision, AgentOffered):
                self._rings(decision)
            elif isinstance(decision, AgentAutoPaused):
                self.after(120.0, AgentResumed(decision.agent))
            elif isinstance(decision, CallerQueued):
                self._is_patient(decision.contact)

    def day(self, callers: int, every_s: float = 25.0, *, logged_in: tuple[str, ...] = AGENTS) -> None:
        """Let so many callers come, one about `every_s` seconds after the other, and end as they do."""
        for agent in logged_in:
            self.happens(AgentStateChanged(agent, TelephoneState.FREE))
        at = self.at
        for _ in range(callers):
            at += self.chance.expovariate(1 / every_s)
            self.plan(at, self.arrives)
        self.goes_on()

    def goes_on(self, until: float = float("inf")) -> None:
        """Let time pass as long as something is to come."""
        while self._plans and self._plans[0][0] <= until:
            due = self.core.next_due()
            if due is not None and self.at < due <= self._plans[0][0]:
                self.at = due
                self.happens(TimerFired())
                continue
            self.at, _, act = heappop(self._plans)
            act()
        self.at = max(self.at, until) if until < float("inf") else self.at

    def plan(self, at: float, act: Callable[[], object]) -> None:
        self._planned += 1
        heappush(self._plans, (at, self._planned, act))

    def after(self, seconds: float, event: Input, *phases: Phase) -> None:
        """Let something happen so much later, if the contact is in one of these phases then."""

        def act() -> None:
            contact = self.core.contacts.get(getattr(event, "contact", ""))
            if not phases or (contact is not None and contact.phase in phases):
                self.happens(event)
                if contact is not None and contact.phase is Phase.MENU:
                    self._goes_through_menu(contact.id)

        self.plan(self.at + seconds, act)

    def pauses(self, agent: str, seconds: float) -> None:
        self.happens(AgentPaused(agent))
        self.plan(self.at + seconds, lambda: self.happens(AgentResumed(agent)))

    def arrives(self) -> None:
        self._callers += 1
        contact = f"vaxel-{self._callers}"
        pseudonym = f"{self._callers:064x}"
        self.happens(CallArrived(contact, contact, "testby", "+46858028500", pseudonym, "known"))
        self._goes_through_menu(contact)

    def _goes_through_menu(self, contact: str) -> None:
        task = self.core.contacts[contact].task
        if isinstance(task, Ask):
            self.after(4.0, DigitPressed(contact, self.chance.choice("12")), Phase.MENU)
        elif isinstance(task, Say):
            self.after(2.0, PromptEnded(contact), Phase.MENU)

    def _is_patient(self, contact: str) -> None:
        self.after(self.chance.expovariate(1 / 150), CallerHungUp(contact), Phase.WAITING)

    def _rings(self, offer: AgentOffered) -> None:
        contact, agent = offer.contact, offer.agent
        if self.chance.random() < 0.1:
            failed = OfferFailed(contact, agent, OfferFailure.NO_ANSWER)
            self.after(offer.ring_s, failed, Phase.OFFERED)
            return

        def answers() -> None:
            caller = self.core.contacts.get(contact)
            if caller is None or (caller.phase, caller.agent) != (Phase.OFFERED, agent):
                return
            self.happens(OfferAnswered(contact, agent))
            self.happens(AgentStateChanged(agent, TelephoneState.BUSY))
            self.plan(self.at + self.chance.expovariate(1 / 60), ends)

        def ends() -> None:
            self.happens(TalkEnded(contact, agent, "caller"))
            self.happens(CallerHungUp(contact))
            self.happens(AgentStateChanged(agent, TelephoneState.FREE))

        self.plan(self.at + self.chance.uniform(2, 9), answers)
