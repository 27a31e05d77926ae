"""The watcher: one publication when whoever saves has done, whatever files come and go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.publishing.watching import MenuWatcher
from tests.ivr.publishing.ground import record, write_number

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


LOOK_S = 0.01


class Watch:
    """What a watcher told."""

    def __init__(self) -> None:
        self.told = 0

    async def changed(self) -> None:
        self.told += 1


def watched(menus: Path, story: Callable[[Watch], Awaitable[None]]) -> int:
    """Let `story` happen before a watcher that looks a hundred times a second; return how often it told.

    What it tells of the beginning does not count.
    """

    async def main() -> int:
        watch = Watch()
        watching = asyncio.create_task(MenuWatcher(menus, watch.changed, LOOK_S).keep())
        await until_told(watch, 1)
        watch.told = 0
        await story(watch)
        await asyncio.sleep(5 * LOOK_S)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return watch.told

    return asyncio.run(main())


async def until_told(watch: Watch, times: int) -> None:
    """Return when the watcher has told so often."""
    async with asyncio.timeout(10):
        while watch.told < times:
            await asyncio.sleep(LOOK_S)


def test_nothing_is_told_while_nothing_changes(tmp_path: Path) -> None:
    write_number(tmp_path)
    assert watched(tmp_path, lambda _: asyncio.sleep(5 * LOOK_S)) == 0


def test_a_recording_behind_a_link_is_seen(tmp_path: Path) -> None:
    folder = write_number(tmp_path / "menus")
    (tmp_path / "elsewhere").mkdir()
    (folder / "recordings").symlink_to(tmp_path / "elsewhere")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "testby").symlink_to(folder)

    async def story(watch: Watch) -> None:
        record(tmp_path / "menus", 440)
        await until_told(watch, 1)

    assert watched(linked, story) == 1


def test_several_saves_are_one_publication_when_they_have_done(tmp_path: Path) -> None:
    async def story(watch: Watch) -> None:
        for each in range(20):  # an editor that writes on and on, quicker than the looks
            write_number(tmp_path, greeting="Hej" + "!" * each)
            await asyncio.sleep(LOOK_S / 5)
        assert watch.told == 0
        await until_told(watch, 1)

    write_number(tmp_path)
    assert watched(tmp_path, story) == 1


@pytest.mark.parametrize("what", ["a file goes", "a file comes", "a folder goes", "a recording comes"])
def test_what_comes_and_goes_is_told_once(tmp_path: Path, what: str) -> None:
    folder = write_number(tmp_path, scenario="hej")

    async def story(watch: Watch) -> None:
        match what:
            case "a file goes":
                (folder / "scenarios.yaml").unlink()
            case "a file comes":
                (folder / "messages.yaml").write_text("messages: {}\n", encoding="ascii")
            case "a folder goes":
                folder.rename(tmp_path.parent / "elsewhere")
            case _:
                record(tmp_path, 440)
        await until_told(watch, 1)

    assert watched(tmp_path, story) == 1


def test_a_file_that_goes_and_comes_back_is_told_when_it_is_there(tmp_path: Path) -> None:
    folder = write_number(tmp_path)

    async def story(watch: Watch) -> None:
        text = (folder / "menu.yaml").read_bytes()
        (folder / "menu.yaml").unlink()
        await asyncio.sleep(3 * LOOK_S)
        (folder / "menu.yaml").write_bytes(text)
        await asyncio.sleep(5 * LOOK_S)
        await until_told(watch, 1)

    assert watched(tmp_path, story) in {1, 2}  # its going too, if somebody looked


def test_an_editors_lock_hides_no_change(tmp_path: Path) -> None:
    """Emacs locks a file by a link to nowhere beside it, `.#menu.yaml`."""
    folder = write_number(tmp_path)
    for name in ("agents", "hours", "menu", "number", "queues"):
        (folder / f".#{name}.yaml").symlink_to("johan@office.1234")

    async def story(watch: Watch) -> None:
        for times, name in enumerate(("agents", "hours", "menu", "number", "queues"), start=1):
            with (folder / f"{name}.yaml").open("a", encoding="ascii") as file:
                file.write("\n")
            await until_told(watch, times)

    assert watched(tmp_path, story) == 5


def test_other_files_are_nobodys_business(tmp_path: Path) -> None:
    folder = write_number(tmp_path)

    async def story(_: Watch) -> None:
        (folder / ".menu.yaml.swp").write_text("x", encoding="ascii")
        (folder / "menu.yaml~").write_text("x", encoding="ascii")
        await asyncio.sleep(5 * LOOK_S)

    assert watched(tmp_path, story) == 0


def test_menus_that_are_not_there_yet_are_told_when_they_come(tmp_path: Path) -> None:
    async def story(watch: Watch) -> None:
        write_number(tmp_path / "menus")
        await until_told(watch, 1)

    assert watched(tmp_path / "menus", story) == 1
