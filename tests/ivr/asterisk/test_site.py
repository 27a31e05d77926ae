"""What a site refuses, and in which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.asterisk.errors import FolderUnusableError, UnfitSettingError
from ivr.asterisk.site import FallbackQueue, Folders, Telephone, TlsIdentity, Trunk
from tests.ivr.asterisk.sites import full_site


@pytest.mark.parametrize(
    "name", ["1001", "global", "tls", "trunk-operator", "Anna", "a" * 41, "anna svensson", "åsa"]
)
def test_a_telephones_id_is_a_word_of_its_own(name: str) -> None:
    with pytest.raises(UnfitSettingError, match=r"^telephone: "):
        Telephone(name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sip_port": 0}, "sip_port: found 0, expected a port from 1 to 65535"),
        (
            {"rtp_first": 20000, "rtp_last": 20000},
            "rtp_first: found 20000, expected less than rtp_last 20000",
        ),
        (
            {"ami_host": "0.0.0.0"},
            "ami_host: found '0.0.0.0', expected an address of this machine alone, as 127.0.0.1",
        ),
        (
            {"agi_host": "192.0.2.1"},
            "agi_host: found '192.0.2.1', expected an address of this machine alone, as 127.0.0.1",
        ),
        ({"engine_tries": 0}, "engine_tries: found 0, expected 1 or more"),
        ({"notes": 0}, "notes: found 0, expected 1 or more"),
        ({"engine_answer_s": 0}, "engine_answer_s: found 0, expected 1 or more"),
        ({"engine_pause_s": 0}, "engine_pause_s: found 0, expected 1 or more"),
        ({"max_calls": 0}, "max_calls: found 0, expected 1 or more"),
        ({"telephone_watch_s": -1}, "telephone_watch_s: found -1, expected 0 or more"),
        (
            {"persons": (("085802850x", "school"),)},
            "called number: found '085802850x', expected digits, with or without a plus before them",
        ),
        (
            {"persons": (("_X.", "school"),)},
            "called number: found '_X.', expected digits, with or without a plus before them",
        ),
        (
            {"persons": (("0858028500", "skola"),)},
            "called number 0858028500: leads to 'skola', which is no queue",
        ),
        ({"default_queue": ""}, "default_queue: found '', expected one of the queues"),
        ({"default_queue": "skola"}, "default_queue: found 'skola', expected one of the queues"),
        ({"agents": (Telephone("eva"),)}, "telephone eva: no password was read for it"),
        (
            {"agents": (Telephone("anna"), Telephone("anna"))},
            "anna: named twice among telephones and trunks; each needs a name of its own",
        ),
        ({"tls": None}, "trunk operator: transport tls needs a certificate and a key"),
        (
            {"trunks": (Trunk("new", "registration", "sip.example.se", username="u"),)},
            "trunk new: no password was read for it",
        ),
    ],
)
def test_an_unfit_setting_is_named_with_what_was_expected(change: dict[str, object], words: str) -> None:
    with pytest.raises(UnfitSettingError) as caught:
        replace(full_site(), **change)  # type: ignore[arg-type]  # the table names fields of Site
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"port": 70_000}, "trunk t: port: found 70000, expected a port from 1 to 65535"),
        ({"kind": "wire"}, "trunk t: found kind 'wire', expected registration or address"),
        ({"transport": "sctp"}, "trunk t: found transport 'sctp', expected udp, tcp or tls"),
        (
            {"match": ("192.0.2.0/99",)},
            "trunk t: match: found '192.0.2.0/99', expected a network as 192.0.2.0/24",
        ),
        ({"watch_s": -1}, "trunk t: found watch_s -1, expected seconds, or 0 for never"),
        (
            {"kind": "registration"},
            "trunk t: username: found '', expected letters, digits, '+', '.', '_' or '-'",
        ),
    ],
)
def test_an_unfit_trunk_is_named_with_what_was_expected(change: dict[str, object], words: str) -> None:
    trunk = Trunk("t", "address", "sip.example.se")
    with pytest.raises(UnfitSettingError) as caught:
        replace(trunk, **change)  # type: ignore[arg-type]  # the table names fields of Trunk
    assert str(caught.value) == words


def test_a_folder_too_deep_for_a_socket_is_refused_before_asterisk_stumbles() -> None:
    Folders.below(Path("/" + "a" * 89))
    with pytest.raises(UnfitSettingError, match="too long by 1 bytes for Asterisk's socket"):
        Folders.below(Path("/" + "a" * 90))


def test_folders_that_cannot_be_made_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusableError, match="file/etc cannot be written: Not a directory"):
        Folders.below(tmp_path / "file").make()


def test_a_certificates_path_is_absolute() -> None:
    with pytest.raises(UnfitSettingError, match=r"^tls: "):
        TlsIdentity(Path("exchange.pem"), Path("/exchange.key"))


@pytest.mark.parametrize("name", ["", "1001", "School", "skola,trunk", "a" * 41, "${X}", "äldre"])
def test_a_fallback_queues_id_is_a_plain_word(name: str) -> None:
    with pytest.raises(UnfitSettingError, match=r"^queue: found "):
        FallbackQueue(name, 20.0, 0.0, confidential=False)


def test_a_site_without_queues_needs_no_default_queue() -> None:
    assert replace(full_site(), queues=(), persons=(), default_queue="").queues == ()
