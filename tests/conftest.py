"""How the tests share the machine: file by file on every core, but one worker has the exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from xdist.remote import Producer  # type: ignore[import-untyped]

_ON_THE_EXCHANGE = "tests/system/"
_BESIDE_IT = "tests/system/alone/"


class _OneExchange(LoadScopeScheduling):  # type: ignore[misc]
    """Units of work are files; the tests on the one Asterisk are one unit."""

    def _split_scope(self, nodeid: str) -> str:
        return _ON_THE_EXCHANGE if _is_on_the_exchange(nodeid) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Take the place of xdist's own ``--dist loadfile``; its ``loadgroup`` cannot name this group."""
    return _OneExchange(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest unit of work, so that the other workers are not left waiting for it."""
    items.sort(key=lambda item: not _is_on_the_exchange(item.nodeid))


def _is_on_the_exchange(nodeid: str) -> bool:
    return nodeid.startswith(_ON_THE_EXCHANGE) and not nodeid.startswith(_BESIDE_IT)
