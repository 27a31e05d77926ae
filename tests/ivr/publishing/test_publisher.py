"""The publisher: one child process at a time, the swap once and with everything, each failure one line."""

from __future__ import annotations

import asyncio
import logging
import pickle
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.attendant import Attendant
from ivr.menu.circumstances import Crisis, Standing
from ivr.menu.hours import Override
from ivr.menu.number import Ground
from ivr.menu.texts import Prompt
from ivr.publishing.candidate import make_candidate
from ivr.publishing.publisher import EXIT_MENDABLE, Published, Publisher
from ivr.publishing.refusals import Refusal, last_refusal
from routing.events import ConfigurationChanged
from tests.ivr.proving.testby import MENUS as TESTBY
from tests.ivr.proving.testby import SCRIPTS
from tests.ivr.publishing.ground import NOON, diary, hashes_of, job_in, settings_of, spoil, write_number

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.menu.number import Number

pytestmark = pytest.mark.thorough

STORY_S = 30.0  # far longer than any child takes


class Live:
    """What an engine has live, and each swap of it."""

    def __init__(self, folder: Path, candidate_s: float = STORY_S, **settings: object) -> None:
        self.attendant = Attendant({})
        self.swaps: list[list[str]] = []
        self.publisher = Publisher(
            settings_of(folder, **settings), self.attendant, self._swap, lambda: NOON, candidate_s
        )

    def _swap(self, numbers: tuple[Number, ...]) -> tuple[str, ...]:
        self.swaps.append([number.id for number in numbers])
        for number in numbers:
            self.attendant.know(number)
            self.attendant.take(ConfigurationChanged(number.id, number.content_hash))
        return ("render Asterisk's configuration",)

    def publish(self, *whys: str, numbers: tuple[str, ...] = ()) -> list[Published]:
        """Publish at once for each of these reasons, in an event loop of its own."""

        async def main() -> list[Published]:
            async with asyncio.timeout(STORY_S):
                return await asyncio.gather(*(self.publisher.publish(why, numbers) for why in whys))

        return asyncio.run(main())


@pytest.fixture
def live(tmp_path: Path) -> Live:
    """Write Testby and Nyby; nothing is live yet."""
    for name in ("testby", "nyby"):
        write_number(tmp_path / "menus", name)
    return Live(tmp_path)


def instead_of_python(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a shell's script run in place of the child."""
    program = folder / "child"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def there_and_back(sent: object) -> object:
    return pickle.loads(pickle.dumps(sent))  # noqa: S301  # our own


def failed(why: str) -> Published:
    return Published((), {}, (), None, 0, why)


def test_what_is_good_is_swapped_once_and_told(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (published,) = live.publish("a file was saved")
    assert published == Published(("nyby", "testby"), {}, ("render Asterisk's configuration",), 1, 0)
    assert live.swaps == [["nyby", "testby"]]
    assert "menus of nyby, testby are live: version 1, a file was saved" in caplog.text


def test_of_two_publications_at_once_the_second_waits_and_finds_nothing_new(live: Live) -> None:
    first, second = live.publish("by hand", "a file was saved")
    assert (first.changed, second) == (("nyby", "testby"), Published((), {}, (), None, 0))
    assert live.swaps == [["nyby", "testby"], ["testby", "nyby"]] or live.swaps[1] == ["nyby", "testby"]


def test_what_is_not_new_stays_and_why_is_logged_a_line_each(
    live: Live, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live.publish("by hand")
    spoil(tmp_path / "menus")
    (published,) = live.publish("by hand")
    assert (published.changed, list(published.refused), len(live.swaps)) == ((), ["testby"], 1)
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
        f"menus stay as they were: {line}" for line in published.reasons
    ]
    assert f"{tmp_path}/menus/testby/queues.yaml:1:9: error: " in published.reasons[0]


def test_a_folder_that_is_gone_is_live_no_more(
    live: Live, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live.publish("by hand")
    shutil.rmtree(tmp_path / "menus" / "nyby")
    (published,) = live.publish("by hand")
    assert (published.changed, published.removed, published.version) == ((), ("nyby",), 2)
    assert live.swaps[1:] == [["testby"]]
    assert "nyby is live no more: its folder is gone; by hand" in caplog.text


def test_only_the_numbers_that_are_named_go_live(live: Live, tmp_path: Path) -> None:
    live.publish("by hand")
    for name in ("testby", "nyby"):
        write_number(tmp_path / "menus", name, greeting="Hej.")
    (published,) = live.publish("by hand", numbers=("nyby",))
    assert (published.changed, published.version) == (("nyby",), 2)
    assert live.publish("by hand")[0].changed == ("testby",)


def test_a_refusal_is_kept_until_what_was_refused_is_good(live: Live, tmp_path: Path) -> None:
    live.publish("by hand")
    spoil(tmp_path / "menus")
    (published,) = live.publish("a file was saved")
    kept = Refusal(NOON, "a file was saved", published.reasons, ("testby",))
    assert last_refusal(tmp_path / "versions") == kept
    live.publish("by hand", numbers=("nyby",))
    assert last_refusal(tmp_path / "versions") == kept
    write_number(tmp_path / "menus", "testby")
    live.publish("by hand", numbers=("testby",))
    assert last_refusal(tmp_path / "versions") is None
    spoil(tmp_path / "menus")
    live.publish("by hand")
    write_number(tmp_path / "menus", "testby")
    live.publish("by hand")
    assert last_refusal(tmp_path / "versions") is None


@pytest.mark.parametrize("text", ["", "7", "{}", '{"at": 1, "why": "", "lines": [], "numbers": []}'])
def test_a_damaged_note_of_a_refusal_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "refused.json").write_text(text, encoding="ascii")
    assert last_refusal(tmp_path) is None


def test_what_stands_is_spoken_for_the_new_menus_before_they_are_live(live: Live, tmp_path: Path) -> None:
    prompt = Prompt("crisis/c", "Vattnet är avstängt.", "sv")
    override = Override(False, False, {"sv": "Vi övar."}, NOON, None, sticky=True)
    live.attendant.standing["testby"] = Standing({"office": override}, (Crisis("c", {"sv": prompt}),))
    live.publish("by hand")
    assert {"sv|150|Vattnet är avstängt.", "sv|150|Vi övar."} <= set(diary(tmp_path))


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("cat >/dev/null; echo 'a line' >&2; echo 'no voice' >&2; exit 65", "no voice"),
        (
            "echo Traceback >&2; exit 1",
            "the process that checks menus ended with status 1; the log says more",
        ),
        ("exit 3", "the process that checks menus ended with status 3"),
        ("kill -9 $$", "the process that checks menus ended with status -9"),
        ("cat >/dev/null; echo rubbish", "what the process that checks menus gave cannot be read: "),
        ("exec cat >/dev/null", "what the process that checks menus gave cannot be read: EOFError"),
    ],
)
def test_a_child_that_fails_is_one_line_and_swaps_nothing(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    instead_of_python(tmp_path, monkeypatch, script)
    (published,) = live.publish("by hand")
    assert published.failure.startswith(why)
    assert published == failed(published.failure)
    assert live.swaps == []


def test_a_child_that_cannot_be_started_is_one_line(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    why = "the process that checks menus could not be started: No such file or directory"
    assert live.publish("by hand") == [failed(why)]


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_number(tmp_path / "menus")
    instead_of_python(tmp_path, monkeypatch, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    live = Live(tmp_path, candidate_s=0.05)
    assert live.publish("by hand") == [failed("checking and speaking the menus was not done after 0.05 s")]
    assert not (tmp_path / "pid").exists() or not _runs(int((tmp_path / "pid").read_text("ascii")))


def test_a_speech_program_that_fails_is_the_childs_one_line(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    live = Live(tmp_path, speech=("sh", "-c", "exit 3", "{output}"))
    (published,) = live.publish("by hand")
    assert published == failed(published.failure)
    assert "it ended with 3 and said: nothing" in published.failure
    assert live.swaps == []


def test_a_full_versions_folder_is_the_childs_one_line(live: Live, tmp_path: Path) -> None:
    (tmp_path / "versions").write_text("", encoding="ascii")
    (published,) = live.publish("by hand")
    assert published.failure.startswith(f"versions folder {tmp_path}/versions: ")


def test_a_publication_that_is_given_up_ends_its_child(live: Live, tmp_path: Path) -> None:
    async def main() -> None:
        publishing = asyncio.create_task(live.publisher.publish("by hand"))
        async with asyncio.timeout(30):
            while not diary(tmp_path):
                await asyncio.sleep(0.01)
        publishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await publishing
        left = diary(tmp_path)
        await asyncio.sleep(0.05)
        assert len(diary(tmp_path)) <= 2, left  # what the two voices were at

    asyncio.run(main())
    assert live.swaps == []


def test_jobs_and_candidates_survive_the_way_to_the_child_and_back(tmp_path: Path) -> None:
    """Hours, scripts, crises and dated ways, of a number with every kind of node."""
    shutil.copytree(TESTBY, tmp_path / "menus")
    crisis = Crisis("c", {"sv": Prompt("crisis/c", "Vattnet.", "sv")}, since=NOON)
    override = Override(True, False, {}, NOON, NOON + 60, sticky=False)
    job = replace(
        job_in(tmp_path),
        ground=Ground(job_in(tmp_path).ground.zone, SCRIPTS, NOON),
        standing={"testby": Standing({"office": override}, (crisis,))},
    )
    assert there_and_back(job) == job
    candidate = make_candidate(job)
    assert candidate.refused == {}
    assert there_and_back(candidate) == candidate
    assert hashes_of(candidate).keys() == {"testby"}


def test_the_child_says_what_can_be_mended_in_one_line_and_nothing_else(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    (tmp_path / "versions").write_text("", encoding="ascii")
    ended = subprocess.run(
        [sys.executable, "-m", "ivr.publishing"], input=pickle.dumps(job_in(tmp_path)), capture_output=True,
        check=False,
    )  # fmt: skip
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith(f"versions folder {tmp_path}/versions: ")
    assert (ended.returncode, ended.stdout) == (EXIT_MENDABLE, b"")


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_the_event_loop_goes_on_while_the_child_works(live: Live) -> None:
    async def main() -> float:
        publishing = asyncio.create_task(live.publisher.publish("by hand"))
        longest = 0.0
        while not publishing.done():
            before = time.monotonic()
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - before)
            await asyncio.sleep(0.005)
        assert publishing.result().changed == ("nyby", "testby")
        return longest

    assert asyncio.run(main()) < 0.25
