"""The command line's side: one order to the engine that runs on this machine, and its answer.

Owns the asking and its deadline. Must not know what orders mean.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from ivr.control.orders import LONGEST_LINE, NoAnswerError, NoEngineError, read_answer, write_order
from ivr.control.sockets import short_path

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.control.orders import Answer, Order

ANSWER_S = 660.0  # a reload that has a thousand new texts spoken
LISTENS_S = 1.0  # for an engine on this machine to be there


def give(path: Path, order: Order, *, answer_s: float = ANSWER_S) -> Answer:
    """Give an order to the engine whose socket is `path`; return its answer.

    Raises `NoEngineError` when none listens there, and `NoAnswerError`, also when its socket is not for us.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(answer_s)
        try:
            with short_path(path) as short:
                connection.connect(short)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NoEngineError(f"no engine answers at {path}; is it running?") from error
        except OSError as error:
            why = error.strerror or "it is too busy"
            raise NoAnswerError(f"the engine at {path} takes no order from you: {why}") from error
        try:
            connection.sendall(write_order(order))
            with connection.makefile("rb") as answers:
                line = answers.readline(LONGEST_LINE)
        except OSError as error:
            what = f"not within {answer_s:g} s" if isinstance(error, TimeoutError) else error.strerror
            raise NoAnswerError(f"the engine at {path} did not answer: {what}; see its log") from error
    if not line:
        raise NoAnswerError(f"the engine at {path} ended before it answered; see its log")
    return read_answer(line)


def listens(path: Path) -> bool:
    """Say whether an engine listens at the socket `path`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(LISTENS_S)
        try:
            with short_path(path) as short:
                connection.connect(short)
        except OSError:
            return False
    return True
