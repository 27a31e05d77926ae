"""A changed file becomes a policy: whose it is, what stands beside it, mistakes with their true places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.replaying.changed import changed_policy
from ivr.replaying.errors import UnfitPolicyError
from queues.problems import ConfigurationError
from routing.policy import Skill
from tests.ivr.replaying.town import FILES, Town

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.menu.number import Number

MORE = FILES["agents.yaml"].replace("{school: 3}}", "{school: 3, general: 1}}")


@pytest.fixture
def latest(tmp_path: Path) -> dict[str, tuple[Number, Path]]:
    town = Town(tmp_path)
    return {"testby": (town.number, town.menus / "testby")}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_people_may_change_while_queues_stay(tmp_path: Path, latest: dict[str, tuple[Number, Path]]) -> None:
    changed = changed_policy(write(tmp_path / "people-of-tomorrow.yaml", MORE), latest)
    assert changed.numbers == ("testby",)
    assert changed.policy.agents["anna"].skills["general"] == Skill("specialist", 1)
    assert changed.policy.queues == latest["testby"][0].queues


def test_queues_may_change_while_people_stay(tmp_path: Path, latest: dict[str, tuple[Number, Path]]) -> None:
    text = FILES["queues.yaml"].replace("after: 30 s", "after: 5 s")
    changed = changed_policy(write(tmp_path / "queues.yaml", text), latest)
    assert changed.policy.queues["school"].rings[1].after_s == 5.0
    assert changed.policy.agents.keys() == {"anna", "gun", "vera"}


def test_a_folder_of_a_number_or_of_all_will_do(
    tmp_path: Path, latest: dict[str, tuple[Number, Path]]
) -> None:
    file = write(tmp_path / "tomorrow" / "testby" / "agents.yaml", MORE)
    for path in (file.parent, file.parent.parent):
        changed = changed_policy(path, latest)
        assert "general" in changed.policy.agents["anna"].skills
        assert changed.gone == ()


def test_a_folder_of_all_without_a_numbers_files_takes_it_out_of_service(
    tmp_path: Path, latest: dict[str, tuple[Number, Path]]
) -> None:
    two = {**latest, "nyby": latest["testby"]}
    file = write(tmp_path / "tomorrow" / "testby" / "agents.yaml", MORE)
    changed = changed_policy(file.parent.parent, two)
    assert (changed.numbers, changed.gone) == (("testby",), ("nyby",))


def test_a_mistake_is_told_where_people_wrote_it(
    tmp_path: Path, latest: dict[str, tuple[Number, Path]]
) -> None:
    file = write(tmp_path / "mine.yaml", MORE.replace("general: 1", "genral: 1"))
    with pytest.raises(ConfigurationError) as raised:
        changed_policy(file, latest)
    first = raised.value.problems[0]
    assert (first.path, first.line, first.column) == (str(file), 2, 46)
    assert first.message.endswith('unknown queue; did you mean "general"?')


def test_one_of_several_numbers_is_named_by_its_folder_or_by_hand(
    tmp_path: Path, latest: dict[str, tuple[Number, Path]]
) -> None:
    both = {**latest, "nyby": latest["testby"]}
    file = write(tmp_path / "agents.yaml", MORE)
    with pytest.raises(UnfitPolicyError, match="whose is it"):
        changed_policy(file, both)
    with pytest.raises(
        UnfitPolicyError, match="there is no such number in the journal; there is: testby, nyby"
    ):
        changed_policy(file, both, "annanby")
    assert changed_policy(file, latest, "testby").numbers == ("testby",)


def test_what_is_no_file_of_ours_is_told(tmp_path: Path, latest: dict[str, tuple[Number, Path]]) -> None:
    with pytest.raises(UnfitPolicyError, match="begins with `queues:` or `agents:`"):
        changed_policy(write(tmp_path / "a.yaml", "name: x\n"), latest)
    with pytest.raises(UnfitPolicyError, match="cannot be read: No such file"):
        changed_policy(tmp_path / "none.yaml", latest)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnfitPolicyError, match="found neither"):
        changed_policy(tmp_path / "empty", latest)
