"""What is heard in a sound stands beside it: whatever the texts are, they are read back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.texts import Prompt
from ivr.prompts import PromptFolderUnusableError, Said, said_in
from ivr.prompts.said import written

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))  # a lone surrogate is no text
PROMPTS = st.lists(st.builds(Prompt, TEXTS, TEXTS, st.sampled_from(["sv", "en", "fi"])), max_size=5)


@given(PROMPTS)
def test_what_was_written_is_read_back(prompts: list[Prompt]) -> None:
    said = tuple(map(Said.by, prompts))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sound.txt"
        path.write_bytes(written(said))
        assert said_in(path.with_suffix("")) == said
        assert said_in(path.with_suffix(".wav")) == said
        assert len(path.read_bytes().splitlines()) == len(prompts)


@given(TEXTS)
def test_a_text_loses_nothing_but_blanks(text: str) -> None:
    assert Said.by(Prompt("name", text, "sv")).text.split() == text.split()


def test_of_a_sound_that_nobody_described_nothing_is_known(tmp_path: Path) -> None:
    assert said_in(str(tmp_path / "sound")) == ()


@pytest.mark.parametrize("content", [b"no tabs\n", b"sv\tname\ttext\tmore\n", b"sv\tname\t\xff\n"])
def test_a_damaged_description_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sound.txt"
    path.write_bytes(content)
    with pytest.raises(PromptFolderUnusableError) as caught:
        said_in(tmp_path / "sound")
    assert str(caught.value) == (
        f"prompt text {path}: expected lines of language, name and text, found something else; "
        "remove the file"
    )
