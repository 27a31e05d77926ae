"""`python -m ivr.publishing`: make one candidate, in a process of its own.

Owns the way in and out: a pickled job on standard input, a pickled candidate on standard output; both ends
are ours. What people can mend is one line on standard error and exit code 1.
"""

from __future__ import annotations

import os
import pickle
import sys

from ivr.prompts import PromptError
from ivr.publishing.candidate import make_candidate
from ivr.publishing.publisher import EXIT_MENDABLE
from ivr.publishing.versions import VersionsError

NICENESS = 10  # calls come first


def main() -> int:
    """Make the candidate; return the exit code."""
    os.nice(NICENESS)
    job = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the engine, which started us
    try:
        candidate = make_candidate(job)
    except (PromptError, VersionsError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_MENDABLE
    pickle.dump(candidate, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
