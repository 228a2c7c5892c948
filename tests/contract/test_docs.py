"""The documents say what is there: every setting, every alert kind, every command."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from typer.main import get_command

from agents.cli.main import app
from agents.delivery.settings import DeliverySettings
from agents.delivery.watchdog import WatchdogSettings
from agents.settings import KafkaSettings, WorkerSettings
from agents.topics import Topics
from pipeline.policy import credential_rules
from pipeline.settings import AssetSettings, CredentialSettings, StoreSettings

ROOT = Path(__file__).parents[2]
ALL_SETTINGS: list[type[BaseSettings]] = [
    AssetSettings,
    CredentialSettings,
    DeliverySettings,
    KafkaSettings,
    StoreSettings,
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
        assert plan.name in text(document)


def test_every_alert_kind_with_a_rule_is_explained() -> None:
    for kind in (*credential_rules._RULES, "high-risk"):
        assert f"`{kind}`" in text("docs/topics.md")


def test_every_command_is_in_the_readme_and_every_command_in_the_readme_exists() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    shown = set(re.findall(r"sealstream ([a-z]+)\b", re.sub(r"\]\([^)]*\)", "", text("README.md"))))
    assert commands - {"demo"} <= shown
    assert shown - commands <= {"is"}


def test_links_between_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
