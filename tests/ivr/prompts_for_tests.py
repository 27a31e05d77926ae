"""A prompt library that hums, and what it was told to speak."""

from __future__ import annotations

import sys
from pathlib import Path

from ivr.menu.texts import Prompt
from ivr.prompts import PromptLibrary

SPEECH = Path(__file__).resolve().parent.parent / "fakes" / "speech.py"
WORDS = (sys.executable, "-IS", str(SPEECH), "{output}", "{language}", "{pace}")

TROUBLE = Prompt("trouble", "Tekniskt fel.", "sv")
ADJO = Prompt("help/text", "Adjö.", "sv")


def library(folder: Path) -> PromptLibrary:
    """Make a library in `folder`/prompts; what it speaks is noted in `folder`/diary."""
    return PromptLibrary(folder / "prompts", (*WORDS, str(folder / "diary")))


def diary(folder: Path) -> list[str]:
    """List what was spoken since the last time, as `language|pace|text`, sorted."""
    path = folder / "diary"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(line.split("|", 2)[2] for line in lines)


def saying(text: str) -> Prompt:
    """Make a prompt of a text."""
    return TROUBLE._replace(text=text)


def files(folder: Path) -> list[str]:
    """List the files of the library."""
    return sorted(path.name for path in (folder / "prompts").iterdir())
