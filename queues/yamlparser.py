"""Which parser turns a text into YAML's events.

Owns that choice: libyaml where PyYAML was built with it (every wheel is), ten times as fast; else
PyYAML's own. They put some mistakes in other words, see queues/yamlnodes.py, and may place one a column
further. libyaml also refuses `{key:}` and a %YAML line of another version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from yaml import parser, reader, scanner

if TYPE_CHECKING:
    from yaml.events import Event


class OwnParser(reader.Reader, scanner.Scanner, parser.Parser):
    """PyYAML's own parser, in Python."""

    def __init__(self, text: str) -> None:
        reader.Reader.__init__(self, text)
        scanner.Scanner.__init__(self)
        parser.Parser.__init__(self)


if TYPE_CHECKING:

    class Parser:
        """The events of a text, in order."""

        def __init__(self, text: str) -> None: ...

        def peek_event(self) -> Event | None:
            """Return the next event, which stays the next."""

        def get_event(self) -> Event | None:
            """Return the next event and go on."""
else:
    Parser = yaml.cyaml.CParser if yaml.__with_libyaml__ else OwnParser
