"""Secrets: made once, kept to their owner, in no text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.asterisk.errors import SecretUnusableError
from ivr.asterisk.secrets import Secret, SecretsFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_secrets_are_made_once_and_found_again(tmp_path: Path) -> None:
    folder = SecretsFolder(tmp_path / "secrets")
    first = folder.open(telephones=("anna", "bo"))
    assert folder.open(telephones=("anna", "bo")) == first
    words = {first.ami.reveal(), *(secret.reveal() for secret in first.telephones.values())}
    assert len(words) == 3
    assert all(len(word) == 24 for word in words)


def test_the_pseudonym_key_has_a_file_of_its_own_and_stays(tmp_path: Path) -> None:
    folder = SecretsFolder(tmp_path)
    key = folder.pseudonym_key()
    assert len(key) == 32
    assert SecretsFolder(tmp_path).pseudonym_key() == key
    assert (tmp_path / "pseudonym.key").read_text().strip() == key.hex()


def test_files_and_folders_are_their_owners_alone(tmp_path: Path) -> None:
    folder = SecretsFolder(tmp_path / "secrets")
    folder.open(telephones=("anna",))
    folder.pseudonym_key()
    assert {
        path.name: oct(path.stat().st_mode & 0o777) for path in sorted((tmp_path / "secrets").rglob("*"))
    } == {"ami": "0o600", "anna": "0o600", "pseudonym.key": "0o600", "telephones": "0o700"}


def test_rights_that_others_were_given_are_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "trunks" / "operator"
    file.parent.mkdir()
    file.write_text("the-password\n")
    file.chmod(0o644)
    secrets = SecretsFolder(tmp_path).open(trunks=("operator",))
    assert secrets.trunks["operator"].reveal() == "the-password"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_missing_trunk_password_is_asked_of_the_administrator(tmp_path: Path) -> None:
    with pytest.raises(
        SecretUnusableError, match="trunks/operator is missing: write the operator's password there"
    ):
        SecretsFolder(tmp_path).open(trunks=("operator",))


@pytest.mark.parametrize(
    "word",
    ["", "has blank", "semi;colon", "brack[et", "bra{ce", "line\nend", "back\\slash", "åäö", "x" * 129],
)
def test_an_unusable_secret_is_refused_without_being_shown(word: str) -> None:
    with pytest.raises(SecretUnusableError) as caught:
        Secret(word)
    assert str(caught.value).startswith(f"a secret of {len(word)} characters cannot be used")
    assert not word or word not in str(caught.value)


def test_the_file_of_an_unusable_secret_is_named(tmp_path: Path) -> None:
    file = tmp_path / "trunks" / "operator"
    file.parent.mkdir()
    file.write_text("op{erator}1\n")
    with pytest.raises(SecretUnusableError) as caught:
        SecretsFolder(tmp_path).open(trunks=("operator",))
    assert str(caught.value).startswith(f"{file}: a secret of 11 characters cannot be used")


@pytest.mark.parametrize("name", ["../ami", "a/b", "", ".hidden"])
def test_a_secrets_name_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(SecretUnusableError, match="cannot name a secret"):
        SecretsFolder(tmp_path).open(telephones=(name,))


def test_a_broken_pseudonym_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "pseudonym.key").write_text("abc\n")
    with pytest.raises(SecretUnusableError, match="is not a key of 32 bytes"):
        SecretsFolder(tmp_path).pseudonym_key()
    assert (tmp_path / "pseudonym.key").read_text() == "abc\n"


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SecretUnusableError, match=r"file/ami cannot be (read|written)"):
        SecretsFolder(tmp_path / "file").open()
