"""Whatever stands in the files of a folder, it is told or it is a number that callers can be led by."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ivr.menu.changed_folders import ALL_FILES, ANYTHING, WORDS, changed_files, check, dumped

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "testby"


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from(ALL_FILES), st.binary(max_size=60) | st.text(max_size=60), min_size=1))
def test_no_bytes_raise(folder: Path, contents: dict[str, bytes | str]) -> None:
    check(
        folder, {name: each if isinstance(each, bytes) else each.encode() for name, each in contents.items()}
    )


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from(ALL_FILES), st.dictionaries(WORDS, ANYTHING, max_size=4), min_size=1))
def test_no_yaml_of_the_languages_words_raises(folder: Path, trees: dict[str, Any]) -> None:
    check(folder, {name: dumped(tree) for name, tree in trees.items()})


@settings(deadline=None, max_examples=200)  # the machine may be busy
@given(st.data())
def test_small_changes_to_right_files_are_told_or_do_no_harm(folder: Path, data: st.DataObject) -> None:
    check(folder, changed_files(data))
