"""Scripts are imported in their own threads, once in an edition, and a hanging import holds nobody else."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from ivr.agi.outcomes import Done
from ivr.scripts.errors import ScriptNotLoadedError
from ivr.scripts.running import ScriptFailed, ScriptOverdue, ScriptReturned
from ivr.scripts.shelf import HANGS_AFTER_S, ScriptShelf
from tests.fakes.fastagi import FakeChannel
from tests.ivr.scripted import LONG_S, call, ended, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ivr.agi.session import AgiSession
    from ivr.scripts.running import ScriptEnded

SHORT_S = 0.02
LONGER_S = 0.5  # in which a busy machine, too, has come to where a module hangs
THREADS = "vaxel script "
# Which imports wait, and what they note: modules of a folder can reach this test by its name only.
gate = threading.Event()
begun = threading.Semaphore(0)
imports: list[str] = []

WAITING = f"""
from {__name__} import LONG_S, begun, gate, imports
imports.append(__name__.rpartition(".")[2])
begun.release()
gate.wait(LONG_S)

def main(agi):
    return "after"
"""
THROUGH_A_NEIGHBOUR = "from . import slow\n\ndef main(agi):\n    return slow.main(agi)\n"


@pytest.fixture(autouse=True)
def closed_gate() -> Iterator[None]:
    global begun  # noqa: PLW0603 - a new one each time
    gate.clear()
    begun = threading.Semaphore(0)
    imports.clear()
    yield
    gate.set()
    join_scripts()


def join_scripts() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith(THREADS):
            thread.join(LONG_S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "slow.py").write_text(WAITING)
    (tmp_path / "near.py").write_text(THROUGH_A_NEIGHBOUR)
    (tmp_path / "tax.py").write_text("from . import rules\n\ndef main(agi):\n    return rules.SAYS\n")
    (tmp_path / "rules.py").write_text("SAYS = 'open'\n")
    return tmp_path


class Nobody:
    """An `agi` whose caller is there."""

    def test_hangup(self) -> None:
        """Raise nothing."""


class Called:
    """A script that runs in a thread of its own, and what it returned."""

    def __init__(self, script: Any) -> None:
        self.returned: object = None
        self._thread = threading.Thread(
            target=self._run, args=(script,), name=f"{THREADS}called", daemon=True
        )
        self._thread.start()

    def _run(self, script: Any) -> None:
        self.returned = script(Nobody())

    def joined(self) -> object:
        self._thread.join(LONG_S)
        return self.returned


def run(shelf: ScriptShelf, name: str) -> object:
    return shelf(name)(Nobody())  # type: ignore[arg-type]  # all of an agi that it needs


def package_names() -> set[str]:
    return {full for full in sys.modules if full.startswith("_vaxel_scripts_")}


def test_an_import_that_takes_its_time_does_not_hold_the_event_loop(folder: Path) -> None:
    shelf = ScriptShelf(folder)

    async def on_call(session: AgiSession) -> ScriptEnded:
        running_script = asyncio.create_task(started(session, shelf("slow:main")))
        assert await asyncio.to_thread(begun.acquire, timeout=LONG_S)
        await asyncio.sleep(0)  # the loop goes on while the module is imported
        assert not running_script.done()
        gate.set()
        return await running_script

    assert call(FakeChannel(), on_call) == ScriptReturned("after")


def test_a_hanging_import_is_overdue_as_a_hanging_script_is(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = ScriptShelf(folder)

    async def on_call(session: AgiSession) -> tuple[ScriptEnded, object, ScriptEnded]:
        end = await started(session, shelf("near:main"), limit_s=LONGER_S)
        return end, await session.noop(), await started(session, shelf("tax:main"))

    assert call(FakeChannel(), on_call) == (ScriptOverdue(), Done(), ScriptReturned("open"))
    place = caplog.text.partition("; is at ")[2].partition("\n")[0]
    # The department's own frames, and none of an import's.
    assert place.startswith(f"{folder}/near.py:1 in <module> > {folder}/slow.py:5 in <module>")
    assert "importlib" not in place


def test_who_waits_for_another_s_import_is_told_so(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shelf = ScriptShelf(folder)
    first = Called(shelf("slow:main"))
    assert begun.acquire(timeout=LONG_S)
    assert ended(FakeChannel(), shelf("slow:main"), limit_s=SHORT_S) == ScriptOverdue()
    assert "is at its import" in caplog.text
    gate.set()
    assert first.joined() == "after"


def test_a_script_is_not_begun_when_its_time_was_over_before_its_import(folder: Path) -> None:
    (folder / "late.py").write_text(f"{WAITING}\ndef note(agi):\n    imports.append('begun')\n")
    assert ended(FakeChannel(), ScriptShelf(folder)("late:note"), limit_s=SHORT_S) == ScriptOverdue()
    gate.set()
    join_scripts()
    assert imports == ["late"]


def test_callers_at_once_import_a_script_once(folder: Path) -> None:
    shelf = ScriptShelf(folder)
    called = [Called(shelf(name)) for name in ["slow:main", "near:main"] * 5]
    assert begun.acquire(timeout=LONG_S)
    gate.set()
    assert [each.joined() for each in called] == ["after"] * 10
    assert imports == ["slow"]


def test_an_import_that_hangs_for_long_is_left_to_itself_and_tried_anew(folder: Path) -> None:
    at = 0.0
    shelf = ScriptShelf(folder, clock=lambda: at)
    hanging = Called(shelf("near:main"))
    assert begun.acquire(timeout=LONG_S)
    (folder / "slow.py").write_text("def main(agi):\n    return 'mended'\n")
    at = HANGS_AFTER_S + 1
    assert run(shelf, "near:main") == run(shelf, "slow:main") == "mended"
    gate.set()
    assert hanging.joined() == "after"


def test_after_a_reload_a_hanging_import_holds_nobody(folder: Path) -> None:
    shelf = ScriptShelf(folder)
    hanging = Called(shelf("near:main"))
    assert begun.acquire(timeout=LONG_S)
    (folder / "slow.py").write_text("def main(agi):\n    return 'mended'\n")
    shelf.forget()
    assert run(shelf, "near:main") == "mended"
    gate.set()
    assert hanging.joined() == "after"  # forgetting broke nothing that was under way


def test_a_script_is_imported_once_and_after_a_reload_anew_with_its_neighbours(folder: Path) -> None:
    shelf = ScriptShelf(folder)
    assert run(shelf, "tax:main") == "open"
    (folder / "rules.py").write_text("SAYS = 'shut for today'\n")
    assert run(shelf, "tax:main") == "open"
    shelf.forget()
    assert run(shelf, "tax:main") == "shut for today"


def test_calls_under_way_keep_their_modules_and_then_nothing_is_kept(folder: Path) -> None:
    (folder / "long.py").write_text(
        f"from {__name__} import LONG_S, begun, gate\nfrom . import rules\n\n"
        "def main(agi):\n    begun.release()\n    gate.wait(LONG_S)\n    from . import rules as again\n"
        "    return again is rules and rules.SAYS\n"
    )
    before = package_names()
    shelf = ScriptShelf(folder)
    under_way = Called(shelf("long:main"))
    assert begun.acquire(timeout=LONG_S)
    (folder / "rules.py").write_text("SAYS = 'shut for today'\n")
    shelf.forget()
    assert run(shelf, "tax:main") == "shut for today"
    gate.set()
    assert under_way.joined() == "open"
    shelf.forget()
    assert package_names() == before


def test_what_cannot_be_imported_fails_by_its_name_and_is_tried_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "broken.py").write_text(
        "def main(agi):\n    return 'whole'\n\nimport no_such_module_of_anybody\n"
    )
    shelf = ScriptShelf(folder)
    assert ended(FakeChannel(), shelf("broken:main")) == ScriptFailed("ScriptNotLoadedError")
    assert f"script broken:main: importing {folder}/broken.py failed: ModuleNotFoundError" in caplog.text
    (folder / "broken.py").write_text("def main(agi):\n    return 'whole'\n")
    assert ended(FakeChannel(), shelf("broken:main")) == ScriptReturned("whole")


def test_without_a_folder_there_are_no_scripts() -> None:
    with pytest.raises(ScriptNotLoadedError, match="script tax:main: no folder of scripts is set"):
        run(ScriptShelf(None), "tax:main")
