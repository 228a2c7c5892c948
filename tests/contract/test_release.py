"""A release: one version everywhere, a section of the changelog, and a contract that is kept from then on."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from tools.prepare_release import ROOT, NotReadyError, prepare, versions

DAY = date(2026, 12, 1)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What a release writes to."""
    for place in (*versions(), "CHANGELOG.md"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / place)
    (tmp_path / "schemas" / "released").mkdir(parents=True)
    for schema in (*(ROOT / "schemas").glob("*.schema.json"), *(ROOT / "schemas" / "released").glob("*.schema.json")):
        shutil.copy(schema, tmp_path / schema.relative_to(ROOT))
    changelog = tmp_path / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(
        text.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- News.\n", 1), encoding="utf-8"
    )
    return tmp_path


def test_there_is_one_version() -> None:
    assert len(set.union(*versions().values())) == 1, versions()


def test_a_release_is_in_every_place_and_in_the_changelog(copy: Path) -> None:
    prepare("7.8.9", on=DAY, root=copy)
    assert set(map(frozenset, versions(copy).values())) == {frozenset({"7.8.9"})}
    text = (copy / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]\n\n## [7.8.9] - 2026-12-01\n\n### Added\n\n- News.\n" in text
    now = {path.name: path.read_bytes() for path in (copy / "schemas").glob("*.schema.json")}
    assert {path.name: path.read_bytes() for path in (copy / "schemas" / "released").iterdir()} == now


def test_nothing_is_released_twice_nor_without_news_nor_as_no_version(copy: Path) -> None:
    with pytest.raises(NotReadyError, match="no version"):
        prepare("next", on=DAY, root=copy)
    prepare("7.8.9", on=DAY, root=copy)
    with pytest.raises(NotReadyError, match="has a section"):
        prepare("7.8.9", on=DAY, root=copy)
    with pytest.raises(NotReadyError, match="nothing under"):
        prepare("7.9.0", on=DAY, root=copy)


def test_a_broken_promise_is_not_released(copy: Path) -> None:
    file = copy / "schemas" / "generation-event.v1.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    schema["required"].append("model")
    file.write_text(json.dumps(schema), encoding="utf-8")
    with pytest.raises(NotReadyError, match=r"generation-event\.v1.*may refuse what was valid"):
        prepare("7.8.9", on=DAY, root=copy)
    assert versions(copy) == versions()
