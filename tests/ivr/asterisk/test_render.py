"""The rendered configuration: whole texts, what may never stand in them, and how they are written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.errors import AsteriskError, FolderUnusableError, UnfitSettingError
from ivr.asterisk.render import EVENTS, MODULES, SECRET_FILES, render, write
from ivr.asterisk.secrets import Secret, Secrets
from ivr.asterisk.site import Folders, Telephone, Trunk
from tests.ivr.asterisk.sites import full_site

GOLDEN = Path(__file__).parent / "golden"
FORBIDDEN_MODULES = {
    *("func_shell", "app_system", "func_env", "func_curl", "app_mixmonitor", "app_record"),
    *("app_originate", "app_chanspy", "app_voicemail", "res_http_websocket", "res_ari", "cdr_csv"),
}
# Everything of Asterisk's that places a call or sends one on.
DIALLING = re.compile(
    r"\b(dial|originate|retrydial|followme|page|queue|transfer|pickup|sendtext|bridge)\(", re.IGNORECASE
)


def contexts(text: str) -> dict[str, str]:
    """Return each section of an Asterisk file by name, without comments."""
    bare = re.sub(r"^;.*\n", "", text, flags=re.MULTILINE)
    parts = re.split(r"^\[([^\]]+)\].*$", bare, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.glob("*.conf")))
def test_a_site_renders_to_these_texts(name: str) -> None:
    assert render(full_site())[name] == (GOLDEN / name).read_text()


def test_every_file_is_held_against_its_text() -> None:
    assert {path.name for path in GOLDEN.glob("*.conf")} == {
        name for name, text in render(full_site()).items() if text
    }


REACHED = {"vaxel-in", "vaxel-exchange", "vaxel-ended", "vaxel-fallback", "vaxel-person"}


def test_a_citizen_can_reach_nothing_that_dials_but_the_fallbacks_queue() -> None:
    """Not in the trunk's context, nor in any that leads on from there."""
    dialplan = contexts(render(full_site())["extensions.conf"])
    reached, left = set(), {"vaxel-in"}
    while left:
        reached.add(context := left.pop())
        text = dialplan[context]
        if context == "vaxel-fallback":
            text = text.replace("Queue(vaxel-${VAXEL_QUEUE},,,,,,vaxel-onfallback)", "")
        assert not DIALLING.search(text), context
        targets = re.findall(r"(?:Goto|Gosub)\(([a-z-]{2,}),", text)
        targets += re.findall(r"[?:]([a-z-]{2,}),[a-z]+,1\)", text)
        targets += re.findall(r"handler_push\)=([^,]+),", text)
        left |= set(targets) - reached
    assert reached == REACHED


def test_telephones_of_ours_reach_the_engine_by_the_extensions_of_the_table_and_nothing_else() -> None:
    """Each extension here is also a place to send a caller to: no pattern, no T, nothing that dials."""
    dialplan = contexts(render(full_site())["extensions.conf"])
    agents = dialplan["vaxel-agents"]
    assert re.findall(r"exten => ([^,]+),1,(.*)", agents) == [
        ("601", "Set(VAXEL_TARGET=queue:school)"),
        ("701", "Set(VAXEL_TARGET=officer:olle)"),
        ("*51", 'GotoIf($["${VAXEL_CASE}" != ""]?vaxel-target,s,1)'),
        ("*50", 'GotoIf($["${VAXEL_CASE}" != ""]?vaxel-target,s,1)'),
    ]
    assert not DIALLING.search(dialplan["vaxel-target"])


def test_every_context_where_a_caller_may_stay_has_a_time_out_and_none_an_early_h() -> None:
    dialplan = contexts(render(full_site())["extensions.conf"])
    for context in (REACHED - {"vaxel-ended"}) | {"vaxel-target"}:
        assert "exten => T,1," in dialplan[context]
    assert not any("exten => h," in text for text in dialplan.values())


def test_trunks_and_the_citizens_telephone_lead_to_the_menu_and_ours_to_what_they_may_dial() -> None:
    sections = re.findall(
        r"^\[([^\]]+)\]\((?:speech|telephone)\)\ncontext = (\S+)",
        render(full_site())["pjsip.conf"],
        re.MULTILINE,
    )
    assert sections == [
        ("trunk-operator", "vaxel-in"),
        ("trunk-backup", "vaxel-in"),
        ("trunk-loop", "vaxel-in"),
        ("anna", "vaxel-agents"),
        ("bo", "vaxel-agents"),
        ("olle", "vaxel-agents"),
        ("citizen", "vaxel-in"),
    ]


def test_only_telephones_of_ours_may_move_a_call() -> None:
    sections = contexts(render(full_site())["pjsip.conf"])
    allowed = [name for name, text in sections.items() if "allow_transfer = yes" in text]
    text = render(full_site())["pjsip.conf"]
    assert text.count("allow_transfer = yes") == 3
    assert "allow_transfer = no" in sections["speech"]
    assert not {"citizen", "trunk-operator", "trunk-backup", "trunk-loop"} & set(allowed)


def test_modules_that_reach_the_machine_are_never_loaded() -> None:
    assert not FORBIDDEN_MODULES & set(MODULES)
    assert len(MODULES) == len(set(MODULES))
    assert len(EVENTS) == len(set(EVENTS))


def test_without_tls_and_tcp_only_udp_is_open() -> None:
    site = replace(full_site(), trunks=(), tls=None, softphone=None)
    text = render(site)["pjsip.conf"]
    assert re.findall(r"^protocol = (\S+)", text, re.MULTILINE) == ["udp"]
    assert "citizen" not in text


HOSTILE = st.text(min_size=1, max_size=60).map(lambda text: text + "\n[evil]") | st.sampled_from(
    [
        "a;b",
        "a\nb",
        "a\rb",
        "a\0b",
        "a[b",
        "a]b",
        "${SHELL(id)}",
        "a\\b",
        'a"b',
        "a,b",
        "a(b",
        "#exec x",
        "a&b",
        "",
    ]
)


@given(HOSTILE)
def test_a_hostile_value_is_refused_wherever_it_stands(value: str) -> None:
    site = full_site()
    attempts = (
        lambda: Telephone(value),
        lambda: Trunk(value, "address", "192.0.2.1"),
        lambda: Trunk("t", "address", value),
        lambda: Trunk("t", "registration", "sip.example.se", username=value),
        lambda: Trunk("t", "address", "192.0.2.1", match=(value,)),
        lambda: Secret(value + ";"),
        lambda: replace(site, name=value),
        lambda: replace(site, ami_user=value),
        lambda: replace(site, sip_host=value),
        lambda: replace(site, agi_host=value),
        lambda: replace(site, apology=Path(value)),
        lambda: Folders.below(Path(value)),
    )
    for attempt in attempts:
        with pytest.raises(AsteriskError):
            attempt()


def test_the_last_fence_stands_where_a_site_checks_nothing() -> None:
    """A library's folder comes from the machine and is checked only when it is printed."""
    site = full_site()
    with pytest.raises(UnfitSettingError, match="may not stand in Asterisk's configuration"):
        render(replace(site, library=replace(site.library, music=Path("/music\n[evil]"))))


def test_files_with_secrets_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    paths = write(full_site(), tmp_path / "etc")
    modes = {path.name: path.stat().st_mode & 0o777 for path in paths}
    assert {name for name, mode in modes.items() if mode == 0o600} == SECRET_FILES
    assert set(modes.values()) == {0o600, 0o644}
    secret = [
        path.name for path in paths if re.search(r"^(password|secret) = ", path.read_text(), re.MULTILINE)
    ]
    assert set(secret) == SECRET_FILES
    assert {path.name for path in (tmp_path / "etc").iterdir()} == {path.name for path in paths}


def test_writing_again_changes_nothing_and_a_lost_folder_is_named(tmp_path: Path) -> None:
    first = {path: path.read_text() for path in write(full_site(), tmp_path)}
    assert {path: path.read_text() for path in write(full_site(), tmp_path)} == first
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusableError, match=r"cannot be written to .*/file/etc: Not a directory"):
        write(full_site(), tmp_path / "file" / "etc")


def test_no_repr_shows_a_secret() -> None:
    assert "password" not in repr(full_site())
    assert repr(Secrets(ami=Secret("hidden-word"))) == "Secrets(ami=Secret(…), telephones={}, trunks={})"
