"""How many files and sockets a process may have open.

Owns the raising of that limit, for us and for what we start. Knows nobody who needs it.
"""

from __future__ import annotations

import contextlib
import resource

OURSELVES = 0  # prlimit(2)


def allow_open_files(pid: int = OURSELVES) -> None:
    """Let a process have as many open files as the system allows it: 1,024 is a usual soft limit.

    A call takes eight of Asterisk's and one of the engine's.
    """
    with contextlib.suppress(OSError):  # it has ended already, or has what it may have
        _, most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
