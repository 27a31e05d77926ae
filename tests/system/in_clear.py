"""No caller's number stands in clear in anything that was written.

Owns the search. Knows no single file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_BINARY = re.compile(r"[^0-9+]+")


def assert_no_number_in_clear(
    state: Path, callers: Sequence[str], malformed_callers: Sequence[str] = ()
) -> None:
    """Search everything that was written for the callers' numbers, in each way to write them.

    Asterisk's own folder is not searched for `malformed_callers`, only what we write is.
    """
    assert callers, "nobody has phoned"
    looked_at = 0
    for path in state.rglob("*"):
        if not path.is_file() or path.suffix == ".wav":
            continue
        looked_at += 1
        is_ours = path.relative_to(state).parts[0] != "asterisk"
        digits = _BINARY.sub(" ", path.read_bytes().decode("latin-1"))
        for caller in (*callers, *malformed_callers) if is_ours else callers:
            subscriber = caller.removeprefix("+46")  # also in 0046…, +46… and 0…
            assert subscriber not in digits, f"a caller's number stands in clear in {path.name}"
    assert looked_at > 3, f"only {looked_at} files were searched"
