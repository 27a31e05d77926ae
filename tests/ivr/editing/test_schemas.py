"""Editors and the readers know the same keys: the schemas that are shipped are those that the tables make."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr.editing.schemas import FOLDER, SHAPES, rendered, schema_name, schemas, write
from ivr.menu.number import SCENARIOS_FILE, STOCKHOLM, check_folders, load_number
from ivr.proving.scenariofile import load_scenarios
from queues.yamlfile import Findings, read_file
from tests.ivr.menu.changed_folders import GROUND, changed_files, check
from tests.ivr.menu.test_broken import BASE, BROKEN, CASES

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = schemas()
SHIPPED = sorted(
    path
    for folder in (ROOT / "menus", ROOT / "tests" / "system" / "menus", BASE / "menus")
    for path in folder.glob("[a-z]*/*.yaml")
    if path.name in SHAPES
)
COMMENT = re.compile(r"# yaml-language-server: \$schema=(\S+)")


class Editor(yaml.SafeLoader):
    """YAML 1.2 as editors read it: `on`, `no` and dates are texts, unlike in YAML 1.1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's own


Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), None)
Editor.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$"), None)
Editor.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|Null|NULL|)$"), None)


def opened(path: Path) -> Any:
    """Return the file as an editor's validator sees it: the keys of mappings are texts."""
    return _with_text_keys(yaml.load(path.read_text(encoding="utf-8"), Editor))  # noqa: S506  # a SafeLoader


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(inner) for key, inner in value.items()}
    return [_with_text_keys(inner) for inner in value] if isinstance(value, list) else value


def validator(file: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[schema_name(file)])


def test_the_shipped_schemas_are_up_to_date() -> None:
    """`vaxel menus schema` writes them anew."""
    shipped = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "menus" / FOLDER).iterdir()}
    assert shipped == {name: rendered(schema) for name, schema in SCHEMAS.items()}


def test_schemas_are_written_to_any_folder(tmp_path: Path) -> None:
    written = write(tmp_path / "some" / "folder")
    assert sorted(written) == sorted((tmp_path / "some" / "folder").iterdir())
    assert {path.name for path in written} == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_is_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_shipped_file_fits_its_schema(path: Path) -> None:
    assert [error.message for error in validator(path.name).iter_errors(opened(path))] == []


def test_each_shipped_file_names_its_schema() -> None:
    for path in SHIPPED:
        if path.is_relative_to(ROOT / "menus"):
            found = COMMENT.search(path.read_text(encoding="utf-8"))
            assert found is not None, path
            assert (path.parent / found[1]).resolve() == ROOT / "menus" / FOLDER / schema_name(path.name)


@pytest.mark.parametrize(
    "case", [case for case in CASES if "unknown key" in (BROKEN / case / "expected.txt").read_text()]
)
def test_a_key_that_the_reader_does_not_know_is_none_for_the_editor(case: str) -> None:
    (path,) = (BROKEN / case).glob("*.yaml")
    assert not validator(path.name).is_valid(opened(path))


@pytest.mark.parametrize("file", sorted(SHAPES))
def test_each_key_of_the_tables_is_one_that_the_reader_knows(tmp_path: Path, file: str) -> None:
    """Each key is put, with a word behind it, where its table says: the reader dislikes only the word."""
    folder = tmp_path / "testby"
    folder.mkdir()
    for at, content in _filled(SCHEMAS[schema_name(file)]):
        (folder / file).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        findings = Findings()
        assert read_file(folder / file, findings) is not None
        check_folders([folder], findings)
        if file == SCENARIOS_FILE:
            load_scenarios(folder / file, load_number(BASE / "menus" / "testby", GROUND), STOCKHOLM, findings)
        assert not [p for p in findings.problems if p.path.endswith(file) and "unknown key" in p.message], at


def _filled(schema: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return for each mapping of a schema a document that has all keys there and the way to it."""
    documents: list[tuple[str, Any]] = []

    def go(form: dict[str, Any], way: tuple[str | int, ...]) -> None:
        form = schema["$defs"][form["$ref"].rpartition("/")[2]] if "$ref" in form else form
        for inner in (*form.get("anyOf", ()), *form.get("oneOf", ())):
            go(inner, way)
        if "items" in form:
            go(form["items"], (*way, 0))
        for pattern, inner in form.get("patternProperties", {}).items():
            go(inner, (*way, next(key for key in KEYS if re.search(pattern, key))))
        if "properties" in form:
            keys = {key: inner.get("const", "x") for key, inner in form["properties"].items()}
            documents.append(("/".join(map(str, way)), _nested(way, keys)))
            for key, inner in form["properties"].items():
                # Above a part of a node, the node's kind: else its reader does not come so far.
                kind = form["properties"].get("kind")
                if kind is None:
                    go(inner, (*way, key))
                elif key != "kind":
                    go(inner, (*way, f"kind={kind['const']}", key))

    go(schema, ())
    return documents


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_what_the_reader_takes_the_editor_takes(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "testby"
        number = check(folder, changed_files(data))
        for path in () if number is None else sorted(folder.glob("*.yaml")):
            assert [error.message for error in validator(path.name).iter_errors(opened(path))] == []


KEYS = ("school", "sv", "1", "+46858028500", "monday", "eves", "closed")


def _nested(way: tuple[str | int, ...], innermost: Any) -> Any:
    value = innermost
    kind = ""
    for step in reversed(way):
        if isinstance(step, str) and step.startswith("kind="):
            kind = step.removeprefix("kind=")
            value["kind"] = kind
        else:
            value = [value] if step == 0 else {step: value}
    return value
