"""What an administrator is told about a YAML file, word for word, and that nothing makes it crash."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.yamlfile import (
    ConfigurationError,
    Findings,
    Problem,
    Section,
    Severity,
    Value,
    read_bytes,
    read_file,
    suggestion,
)

PATH = Path("menus/x/menu.yaml")
KEYS = ("name", "wait", "count", "open", "kind", "list", "free")

INDENTATION = "expected as many blanks before this line as before those that it belongs with"
CLOSING = "expected a comma or a closing }; a text that holds a comma needs quotes"


def read(text: str | bytes) -> tuple[Value | None, Findings]:
    findings = Findings()
    content = text.encode() if isinstance(text, str) else text
    return read_bytes(content, PATH, findings), findings


def section(text: str, *, required: tuple[str, ...] = ()) -> tuple[Section, Findings]:
    root, findings = read(text)
    assert root is not None, findings
    return root.section(required=required, optional=KEYS), findings


def messages(findings: Findings) -> list[str]:
    return [f"{p.line}:{p.column}: {p.message}" for p in sorted(findings.problems)]


def test_a_problem_is_written_as_editors_link_it() -> None:
    problem = Problem("menus/x/menu.yaml", 3, 7, Severity.WARNING, "too long")
    assert str(problem) == "menus/x/menu.yaml:3:7: warning: too long"


def test_values_of_every_type_are_read() -> None:
    found, findings = section(
        "name: Kultur\nwait: 1.5 s\ncount: 3\nopen: yes\nkind: b\nlist: [x, y]\nfree: {a: b}\n"
    )
    kind = found.get("kind")
    assert kind is not None
    assert found.text("name") == "Kultur"
    assert found.seconds("wait", most=60) == 1.5
    assert found.integer("count", least=1, most=5) == 3
    assert found.boolean("open") is True
    assert kind.choice({"a": 1, "b": 2}) == 2
    assert [item.text() for item in found.items("list")] == ["x", "y"]
    assert [(key.text(), value.text()) for key, value in found.entries("free")] == [("a", "b")]
    assert findings.problems == []


def test_keys_that_are_not_there_give_the_default() -> None:
    found, findings = section("name: x\n")
    assert found.text("kind", "k") == "k"
    assert found.seconds("wait", 5.0, most=60) == 5.0
    assert found.integer("count", 2, least=1, most=5) == 2
    assert found.boolean("open", default=True) is True
    assert (found.items("list"), found.entries("free"), found.get("list")) == ((), (), None)
    assert findings.problems == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [("500 ms", 0.5), ("20 s", 20.0), ("20s", 20.0), ("2 min", 120.0), ("1 h", 3600.0), ('"0 s"', 0.0)],
)
def test_times_carry_their_unit(written: str, expected: float) -> None:
    found, findings = section(f"wait: {written}\n")
    assert found.seconds("wait", most=3600) == expected
    assert findings.problems == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("no", "no"),
        ("on", "on"),
        ("9", "9"),
        ("010", "010"),
        ("+4685802", "+4685802"),
        ("1:30", "1:30"),
        ("2026-12-01", "2026-12-01"),
    ],
)
def test_a_text_is_what_was_written_whatever_yaml_makes_of_it(written: str, expected: str) -> None:
    found, findings = section(f"name: {written}\n")
    assert (found.text("name"), findings.problems) == (expected, [])


def test_folded_texts_become_one_line() -> None:
    found, _ = section("name: >\n  För skola,\n    tryck 3.\n")
    assert found.text("name") == "För skola, tryck 3."


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("wait: 20", '1:7: wait: expected a time from 1 s to 60 s, with its unit, such as "20 s" or "2 min", found "20"'),
        ("wait: 2 min", '1:7: wait: expected a time from 1 s to 60 s, with its unit, such as "20 s" or "2 min", found "2 min"'),
        ("wait: [1]", '1:7: wait: expected a time from 1 s to 60 s, with its unit, such as "20 s" or "2 min", found a list of 1'),
        ("count: 9", '1:8: count: expected a whole number from 1 to 5, found "9"'),
        ("count: three", '1:8: count: expected a whole number from 1 to 5, found "three"'),
        ("count: 03", '1:8: count: expected a whole number from 1 to 5 without leading zeros, found "03"'),
        ("count: 1.0", '1:8: count: expected a whole number from 1 to 5, found "1.0"'),
        ("open: on", '1:7: open: expected yes or no, found "on"; did you mean yes?'),
        ("open:", "1:6: open: expected yes or no, found nothing"),
        ("kind: specialist", '1:7: kind: expected one of "specialists", "everybody", found "specialist"; did you mean "specialists"?'),
        ("kind: qqq", '1:7: kind: expected one of "specialists", "everybody", found "qqq"'),
        ("name:", "1:6: name: expected a text, found nothing"),
        ("name: ''", '1:7: name: expected a text, found ""'),
        ("name: {a: b}", "1:7: name: expected a text, found keys with values"),
        (f"name: {'x' * 50}", "1:7: name: expected a text of at most 45 characters, found 50"),
        ("list: a", '1:7: list: expected a list, found "a"'),
        ("list: [1, 2, 3]", "1:7: list: expected a list (1 to 2 of them), found a list of 3"),
        ("free: 7", '1:7: free: expected keys with values, found "7"'),
        ("nane: x", '1:1: nane: unknown key; did you mean "name"?'),
        ("zzz: x", "1:1: zzz: unknown key; there is: count, free, kind, list, name, open, wait"),
        ("name: a\n'name': b", "2:1: name: this key stands twice; the first is on line 1"),
        ("[a]: b", "1:1: expected a word as key, found a list of 1"),
        ("- a", "1:1: expected keys with values (name:, wait:, count:, open:, kind:, list:, free:), found a list of 1"),
    ],
)  # fmt: skip
def test_each_mistake_says_where_what_was_expected_and_what_was_found(written: str, message: str) -> None:
    found, findings = section(written)
    for key in found.values:
        value = found.values[key]
        match key:
            case "wait":
                value.seconds(least=1, most=60)
            case "count":
                value.integer(least=1, most=5)
            case "open":
                value.boolean()
            case "kind":
                value.choice({"specialists": 1, "everybody": 2})
            case "name":
                value.text(longest=45)
            case "list":
                value.items(least=1, most=2)
            case _:
                value.entries()
    assert messages(findings) == [message]


def test_a_pattern_is_explained_in_words() -> None:
    found, findings = section("name: Åsa L\n")
    assert found.text("name", what="an id such as asa-l", pattern=re.compile("[a-z-]+")) == ""
    assert messages(findings) == ['1:7: name: expected an id such as asa-l, found "Åsa L"']


def test_a_secret_is_never_repeated() -> None:
    root, findings = read("hush hush")
    assert root is not None
    assert root.text(what="a password of letters", pattern=re.compile("[a-z]+"), secret=True) == ""
    assert messages(findings) == ["1:1: expected a password of letters, found something else"]
    assert "hush" not in repr(root)


def test_the_way_to_a_value_inside_others_is_told() -> None:
    found, findings = section("free:\n  school:\n    - {after: x}\n")
    _, school = found.entries("free")[0]
    school.items()[0].section(required=("after",)).seconds("after", most=5)
    assert messages(findings) == [
        '3:15: free.school[1].after: expected a time from 0 s to 5 s, with its unit, such as "20 s" or "2 min", found "x"'
    ]  # fmt: skip


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    found, findings = section("wait: soon\nopen: maybe\nsilly: 1\n", required=("name",))
    found.boolean("open")
    found.seconds("wait", most=9)
    with pytest.raises(ConfigurationError) as caught:
        findings.check()
    assert [(p.line, p.column) for p in caught.value.problems] == [(1, 1), (1, 7), (2, 7), (3, 1)]
    assert str(caught.value).splitlines()[0] == 'menus/x/menu.yaml:1:1: error: the key "name" is missing'


def test_warnings_alone_do_not_stop() -> None:
    root, findings = read("name: x")
    assert root is not None
    root.warning("is rather short")
    findings.check()
    assert findings.warnings == (Problem(str(PATH), 1, 1, Severity.WARNING, "is rather short"),)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "1:1: expected keys with values, found an empty file"),
        (b"# only a comment\n", "1:1: expected keys with values, found an empty file"),
        (b"a: b\n\tc: d\n", "2:1: expected blanks, found a tab character; press the space bar instead"),
        (b"\xef\xbb\xbfa: \xe5\n", "1:4: expected UTF-8, found another coding; save the file as UTF-8"),
        (b"a: \xc3\xa5\nb: \xff\n", "2:4: expected UTF-8, found another coding; save the file as UTF-8"),
        (b"a: x\x00y\n", "1:5: expected text, found the invisible character U+0000; remove it"),
        ("a: \u2028\n".encode(), "1:4: expected text, found the invisible character U+2028; remove it"),
        (b'a: "\\0"\n', "1:4: expected text, found the invisible character U+0000; remove it"),
        (b'a: "\\uD800"\n', "1:7: expected the number of a character after the backslash"),
        (b'a: "\\UFFFFFFFF"\n', "1:7: expected the number of a character after the backslash"),
        (b"a: &x b\n", "1:4: anchors (&x) are not used here; remove it, or put the text in quotes"),
        (b"a: !!python/name:os.system b\n", "1:4: tags (tag:yaml.org,2002:python/name:os.system) are not used here; remove it, or put the text in quotes"),
        (b"a: b\n---\nc: d\n", '2:1: expected one document in a file, found "---"; remove that line'),
        (b"a: [b\n", "2:1: expected a comma or a closing ]; a text that holds a comma needs quotes; the part began in line 1"),
        (b"a: b: c\n", '1:5: expected no ": " within a text; put it in quotes, or indent it like the line before'),
        (b"a:\n  - b: 1\n  d: 3\n", "3:3: line 3 begins with 2 blanks, the lines that it belongs with (line 1) with 0: remove 2; or add 2, if it belongs with line 2"),
        (b"a: 1\nb\nc: 2\n", '2:1: expected a colon after the key in this line, such as "name: text", found none'),
        (b"a: {b: 1, c\nd: 2\n", f"2:2: {CLOSING}; the part began in line 1"),
        (b'a: "b\nc: 2\n', '1:4: expected closing quotes for the text that begins here, found none; write " where it ends'),
        (b"[" * 30, "1:21: expected at most 20 lists and keys inside each other, found more"),
        (b"a: @b\n", "1:4: expected a text in quotes, because it begins with a sign that YAML keeps"),
        (b"a: [,]\n", "1:5: expected a text, or a closing bracket; a text that begins with a sign needs quotes"),
        (b"{", "1:2: expected a text, or a closing bracket; a text that begins with a sign needs quotes"),
        (b"a: b\n}\n", f"2:1: {INDENTATION}; the part began in line 1"),
        (b"a" * 1_000_001, "1:1: expected at most 1,000,000 bytes, found more; divide the file"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why_and_where(content: bytes, expected: str) -> None:
    root, findings = read(content)
    assert (root, messages(findings)) == (None, [expected])


def test_anchors_aliases_and_tags_are_all_told_at_once() -> None:
    root, findings = read("a: &x [1]\nb: *x\nc: !mine 3\nd: !!str 4\n")
    assert root is None
    assert messages(findings) == [
        "1:4: anchors (&x) are not used here; remove it, or put the text in quotes",
        "2:4: aliases (*x) are not used here; write it out again, or put the text in quotes",
        "3:4: tags (!mine) are not used here; remove it, or put the text in quotes",
    ]


def test_line_ends_of_every_system_count_as_one() -> None:
    root, findings = read(b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3\n")
    assert root is not None
    assert [(key.text(), key.line) for key, _ in root.entries()] == [("a", 1), ("b", 2), ("c", 3)]
    assert findings.problems == []


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    findings = Findings()
    missing, folder = tmp_path / "menu.yaml", tmp_path / "folder"
    folder.mkdir()
    assert (read_file(missing, findings), read_file(folder, findings)) == (None, None)
    assert [p.message for p in sorted(findings.problems)] == [
        "expected a file, found a folder; remove it, or write the file there",
        "expected this file, found none; is it elsewhere, or named otherwise?",
    ]


def test_a_file_is_read(tmp_path: Path) -> None:
    file, findings = tmp_path / "a.yaml", Findings()
    file.write_text("name: Växel\n", encoding="utf-8")
    root = read_file(file, findings)
    assert root is not None
    assert root.section(required=("name",)).text("name") == "Växel"


def test_a_flood_of_problems_is_cut_off() -> None:
    root, findings = read("\n".join(f"key{n}: 1" for n in range(1000)))
    assert root is not None
    root.section(required=KEYS)
    assert len(findings.problems) == 200


def test_suggestions() -> None:
    assert suggestion("shool", ["school", "streets"]) == 'did you mean "school"?'
    assert suggestion("x", ["school", "culture"]) == "there is: culture, school"
    assert suggestion("x", []) == "there is none"


def read_everything(value: Value, depth: int = 0) -> None:
    """Read a value in all ways: each may note problems and none may raise."""
    value.text(longest=30)
    value.integer(least=1, most=9)
    value.seconds(least=1, most=9)
    value.boolean()
    value.choice({"a": 1, "b": 2})
    value.section(required=("a",), optional=("b",))
    for item in value.items(most=3):
        read_everything(item, depth + 1)
    for key, inner in value.entries():
        key.text()
        read_everything(inner, depth + 1)


def assert_never_raises_and_tells(content: bytes) -> None:
    root, findings = read(content)
    if root is None:
        assert findings.errors
    else:
        read_everything(root)
    lines = content.count(b"\n") + content.count(b"\r") + 1
    for problem in findings.problems:
        assert 1 <= problem.line <= lines + 1  # what is missing at the end may be found missing behind it
        assert problem.column >= 1
        assert "\n" not in str(problem)


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300))
def test_no_bytes_raise(content: bytes) -> None:
    assert_never_raises_and_tells(content)


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet=st.sampled_from("ab 9:-[]{},#&*!|>'\"%@`\\\n\r~?.xuU0\t\u2028å"), max_size=60))
def test_no_text_of_yaml_signs_raises(text: str) -> None:
    assert_never_raises_and_tells(text.encode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)  # the machine may be busy
@given(VALUES, st.booleans())
def test_no_generated_yaml_raises(value: object, flow: bool) -> None:
    assert_never_raises_and_tells(yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow).encode())


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40))
def test_a_quoted_text_comes_back_as_it_was(text: str) -> None:
    root, findings = read(yaml.safe_dump({"name": text}, allow_unicode=True, default_style='"', width=1000))
    if root is not None and text.strip():
        assert root.section(required=("name",)).text("name") == " ".join(text.split())
    else:
        assert findings.errors or not text.strip()
