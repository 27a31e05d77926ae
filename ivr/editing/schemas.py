"""JSON Schema for each file of a number's folder: what editors complete and explain while one writes.

Owns which file has which schema. All of it is made of the Shape tables that the readers go by, so that both
know the same keys. Must not know what a key means.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ivr.menu.callersfile import CALLERS, CALLERS_FILE
from ivr.menu.front import FRONT
from ivr.menu.hoursfile import HOURS
from ivr.menu.language import MENU
from ivr.menu.loader import MENU_FILE
from ivr.menu.messages import MESSAGES, MESSAGES_FILE
from ivr.menu.number import NUMBER_FILE, SCENARIOS_FILE
from ivr.proving.scenariofile import SCENARIOS
from queues.naming import AGENTS_FILE, HOURS_FILE, OFFICERS_FILE, QUEUES_FILE
from queues.peoplefile import AGENTS, OFFICERS
from queues.queuesfile import QUEUES
from queues.shapes import SAID, WAY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from queues.shapes import JSON, Shape

FOLDER = "_schema"  # below menus/: folders that begin with _ are no numbers
# What stands in many places is written once; the name is for people who read the schema.
SHARED: Mapping[str, JSON] = {"said": SAID, "way": WAY}
DRAFT = "https://json-schema.org/draft/2020-12/schema"

# By the file that it is for. Whoever adds a kind of file adds its Shape here.
SHAPES: Mapping[str, tuple[Shape, str]] = {
    NUMBER_FILE: (FRONT, "a number: its name, languages and telephone numbers"),
    MENU_FILE: (MENU, "what callers hear and press"),
    HOURS_FILE: (HOURS, "opening hours"),
    MESSAGES_FILE: (MESSAGES, "a number's own words for what the exchange says"),
    QUEUES_FILE: (QUEUES, "the groups that answer"),
    AGENTS_FILE: (AGENTS, "the people in the groups"),
    OFFICERS_FILE: (OFFICERS, "people outside the groups"),
    CALLERS_FILE: (CALLERS, "groups of callers, by their telephone numbers"),
    SCENARIOS_FILE: (SCENARIOS, "calls that must come out right"),
}


def schema_name(file: str) -> str:
    """Return the name of a file's schema."""
    return f"{file.removesuffix('.yaml')}.json"


def schemas() -> dict[str, JSON]:
    """Return each schema by its file's name."""
    found: dict[str, JSON] = {}
    for file, (shape, about) in SHAPES.items():
        body = _referring(shape.schema)
        used = json.dumps(body)
        shared = {name: form for name, form in SHARED.items() if f"#/$defs/{name}" in used}
        found[schema_name(file)] = {
            "$schema": DRAFT,
            "title": file,
            **body,
            "description": about,
            **({"$defs": shared} if shared else {}),
        }
    return found


def _referring(form: Any) -> Any:
    """Return the form with a reference in place of each shared one."""
    if isinstance(form, list):
        return [_referring(inner) for inner in form]
    if not isinstance(form, dict):
        return form
    about = {key: text for key, text in form.items() if key == "description"}
    for name, shared in SHARED.items():
        if {**form, **about} == {**shared, **about}:
            own = about if form.get("description") != shared.get("description") else {}
            return {"$ref": f"#/$defs/{name}", **own}
    return {key: _referring(inner) for key, inner in form.items()}


def rendered(schema: JSON) -> str:
    """Return a schema as it stands in its file: stable, so that a change is seen as one."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def write(folder: Path) -> tuple[Path, ...]:
    """Write all schemas into the folder, which is made if need be. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_text(rendered(schema), encoding="utf-8")
        written.append(path)
    return tuple(written)
