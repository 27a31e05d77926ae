"""Settings: what is documented loads, the environment stands above it, mistakes are all told at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ivr.asterisk.site import TlsIdentity, Trunk
from ivr.settings import Settings, load_settings
from queues.problems import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operation.md"


def load(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> Settings:
    file = folder / "vaxel.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment or {})


def problems(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> list[str]:
    """List what is wrong, without the folder."""
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, environment)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_the_documented_file_loads_with_every_key_in_its_place(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    assert load(tmp_path, found[1]) == Settings(
        state=Path("/var/lib/vaxel"),
        menus=Path("/etc/vaxel/menus"),
        database="postgresql+psycopg://vaxel@localhost/vaxel",
        region="SE",
        area="8",
        time_zone=ZoneInfo("Europe/Stockholm"),
        default_number="jarfalla",
        speech=("espeak-ng", "-v", "{language}", "-s", "{pace}", "--stdin", "-w", "{output}"),
        scripts=Path("/etc/vaxel/scripts"),
        agi_host="127.0.0.1",
        agi_port=4573,
        ami_host="127.0.0.1",
        ami_port=5038,
        ami_user="vaxel",
        sip_host="0.0.0.0",
        sip_port=5060,
        first_audio_port=10_000,
        last_audio_port=19_999,
        tls=TlsIdentity(tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem", 5061),
        trunks=(
            Trunk(
                "operator",
                "registration",
                "sip.operator.example",
                5061,
                username="46858028500",
                transport="tls",
                srtp=True,
            ),
            Trunk("exchange", "address", "192.0.2.10", match=("192.0.2.0/28",)),
        ),
    )


def test_the_documented_variables_are_those_that_count(tmp_path: Path) -> None:
    environment = {
        "VAXEL_STATE": "/srv/state",
        "VAXEL_MENUS": "/srv/menus",
        "VAXEL_DATABASE": "sqlite:////srv/calls",
        "VAXEL_AGI_PORT": "1001",
        "VAXEL_AMI_PORT": "1002",
        "VAXEL_SIP_PORT": "1003",
    }
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"`{variable}`" in text for variable in environment)
    file = "state: a\nmenus: b\ndatabase: sqlite://\nagi: {port: 1}\nami: {port: 2}\nsip: {port: 3}\n"
    assert load(tmp_path, file, environment) == Settings(
        state=Path("/srv/state"),
        menus=Path("/srv/menus"),
        database="sqlite:////srv/calls",
        agi_port=1001,
        ami_port=1002,
        sip_port=1003,
    )


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    environment = {"VAXEL_STATE": "", "VAXEL_DATABASE": "", "VAXEL_AGI_PORT": ""}
    assert load(tmp_path, "agi: {port: 7}\n", environment) == Settings(agi_port=7)


def test_without_a_file_everything_has_its_default() -> None:
    assert load_settings(None, {}) == Settings()


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, "state: var\nmenus: menus\nprompts: spoken\n")
    assert settings.state == tmp_path / "var"
    assert settings.menus == tmp_path / "menus"
    assert settings.prompts == tmp_path / "spoken"
    assert settings.journal == tmp_path / "var" / "journal"
    assert settings.secrets.path == tmp_path / "var" / "secrets"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/calls.sqlite"


def test_all_mistakes_are_told_at_once_each_with_its_place_and_a_suggestion(tmp_path: Path) -> None:
    text = "agi: {prot: 1}\nsip:\n  port: 70000\nreggion: SE\narea: '08'\ntime zone: Europe\n"
    assert problems(tmp_path, text, {"VAXEL_AMI_PORT": "0"}) == [
        'vaxel.yaml:1:7: error: agi.prot: unknown key; did you mean "port"?',
        'vaxel.yaml:3:9: error: sip.port: expected a whole number from 1 to 65535, found "70000"',
        'vaxel.yaml:4:1: error: reggion: unknown key; did you mean "region"?',
        'vaxel.yaml:5:7: error: area: expected an area code without its zero, found "08"',
        'vaxel.yaml:6:12: error: time zone: expected a time zone such as Europe/Stockholm, found "Europe"',
        "VAXEL_AMI_PORT:1:1: error: expected a port from 1 to 65535, found '0'",
    ]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "4.5", "x", "٤٥", "9" * 5000, " 80"])
def test_a_port_that_is_none_is_told_with_its_variable(tmp_path: Path, port: str) -> None:
    (told,) = problems(tmp_path, "region: SE\n", {"VAXEL_SIP_PORT": port})
    assert told.startswith("VAXEL_SIP_PORT:1:1: error: expected a port from 1 to 65535, found ")
    assert len(told) < 120


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('speech: "espeak-ng \'x"\n', "1:9: error: speech: expected a command whose quotes are closed"),
        ("time zone: Nowhere/Town\n", "1:12: error: time zone: expected a time zone"),
        ("time zone: ../../etc/passwd\n", "1:12: error: time zone: expected a time zone"),
        ("agi: 4573\n", "1:6: error: agi: expected keys with values"),
        ("trunks: {}\n", "1:9: error: trunks: expected a list of trunks"),
        (
            "trunks:\n  - name: a b\n    host: x.example\n",
            "2:11: error: trunks[1].name: expected a short name",
        ),
        ("tls: {certificate: a.pem}\n", '1:6: error: tls: the key "key" is missing'),
        ("default number: ../x\n", "1:17: error: default number: expected a folder of menus"),
        ("state: [a]\n", "1:8: error: state: expected a folder"),
    ],
)
def test_each_mistake_has_its_place(tmp_path: Path, text: str, place: str) -> None:
    told = problems(tmp_path, text)
    assert any(line.startswith(f"vaxel.yaml:{place}") for line in told), told


def test_a_missing_file_is_a_problem_of_that_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path / "none.yaml", {})
    assert caught.value.problems[0].path == str(tmp_path / "none.yaml")


def test_another_users_home_that_is_not_there_is_no_crash(tmp_path: Path) -> None:
    assert load(tmp_path, "state: ~nobody-of-that-name/x\n").state.name == "x"
    assert load_settings(None, {"VAXEL_STATE": "~nobody-of-that-name/x"}).state.name == "x"


def test_no_secret_is_in_the_repr(tmp_path: Path) -> None:
    settings = load(tmp_path, f"state: {tmp_path}\ndatabase: postgresql+psycopg://vaxel:s3cret@db/vaxel\n")
    secrets = settings.secrets.open(["anna"])
    shown = repr(settings) + repr(secrets)
    hidden = ("s3cret", secrets.ami.reveal(), secrets.telephones["anna"].reveal())
    assert not [word for word in hidden if word in shown]
