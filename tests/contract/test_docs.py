"""The documents say what is there: every setting, every alert kind, every command."""

import re
from pathlib import Path

import pytest

from agents.cli.commands import COMMANDS
from agents.delivery.settings import DeliverySettings
from agents.delivery.watchdog import WatchdogSettings
from agents.door_settings import DoorSettings
from agents.metrics import Metrics
from agents.notifying.metrics import NotifierMetrics
from agents.oidc_settings import OidcSettings
from agents.reference.settings import ReferenceSettings
from agents.settings import ConsoleSettings, KafkaSettings, WorkerSettings
from agents.similarity.metrics import RecogniserMetrics
from agents.similarity.settings import RecogniserSettings, RecognitionSettings
from agents.topics import Topics
from pipeline.policy.pack_files import load_packs
from pipeline.settings import (
    AssetSettings,
    CredentialSettings,
    LabelSettings,
    PeopleSettings,
    PolicySettings,
    Settings,
    StoreSettings,
    TileLogSettings,
)

ROOT = Path(__file__).parents[2]
ALL_SETTINGS: list[type[Settings]] = [
    AssetSettings,
    ConsoleSettings,
    CredentialSettings,
    DeliverySettings,
    DoorSettings,
    KafkaSettings,
    LabelSettings,
    OidcSettings,
    PeopleSettings,
    PolicySettings,
    RecogniserSettings,
    RecognitionSettings,
    ReferenceSettings,
    StoreSettings,
    TileLogSettings,
    WatchdogSettings,
    WorkerSettings,
]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_operations_lists_exactly_the_settings_there_are() -> None:
    there = {
        f"{settings.model_config.get('env_prefix')}{field}".upper()
        for settings in ALL_SETTINGS
        for field in settings.model_fields
    }
    documented = set(re.findall(r"`(SEALSTREAM_[A-Z_]+)`", text("docs/operations.md")))
    assert documented == there


@pytest.mark.parametrize("document", ["README.md", "docs/topics.md"])
def test_every_topic_is_explained(document: str) -> None:
    for plan in Topics("").plans():
        assert re.search(rf"`(sealstream\.)?{plan.name}`", text(document)), plan.name


def test_every_alert_kind_with_a_rule_is_explained() -> None:
    for kind in ("content-mismatch", *(rule.kind for pack in load_packs() for rule in pack.rules)):
        assert f"`{kind}`" in text("docs/topics.md")


def test_every_metric_is_in_operations_by_the_name_that_prometheus_shows() -> None:
    lines = [
        line
        for metrics in (Metrics, NotifierMetrics, RecogniserMetrics)
        for line in metrics.create().render().decode().splitlines()
    ]
    shown = {line.split()[2] for line in lines if line.startswith("# TYPE")}

    ours = {name for name in shown if name.startswith("sealstream_") and not name.endswith("_created")}
    assert ours == set(re.findall(r"`(sealstream_[a-z_]+)[`{]", text("docs/operations.md")))


def test_every_pack_that_ships_is_in_the_readme_with_its_jurisdiction() -> None:
    for pack in load_packs():
        assert re.search(rf"^\| `{pack.name}` \| {re.escape(pack.jurisdiction)} \|", text("README.md"), re.MULTILINE)


def test_every_command_is_in_the_readme_and_every_command_in_the_readme_exists() -> None:
    commands = set(COMMANDS)
    shown = set(re.findall(r"sealstream ([a-z-]+)\b", re.sub(r"\]\([^)]*\)", "", text("README.md"))))
    assert commands - {"demo"} <= shown
    assert shown - commands <= {"is"}


def test_links_between_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_decision_has_a_number_of_its_own_which_its_title_repeats() -> None:
    numbers = {}
    for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")):
        number = int(path.name[:4])
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path.name
        assert numbers.setdefault(number, path.name) == path.name
