"""What Prometheus tells an operator: rules that hold, about metrics that exist, each with an entry in the runbook."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from agents.metrics import Metrics
from agents.notifying.metrics import NotifierMetrics
from tests.tools import need

ROOT: Final = Path(__file__).parents[2]
DIRECTORY: Final = ROOT / "deploy/prometheus"
RULES: Final[list[dict[str, Any]]] = yaml.safe_load((DIRECTORY / "rules.yml").read_text())["groups"][0]["rules"]
SUFFIXES: Final = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    need("promtool")
    return subprocess.run(["promtool", *arguments], cwd=DIRECTORY, capture_output=True, text=True, check=False)


def test_the_rules_are_silent_in_a_quiet_hour_and_speak_when_they_should() -> None:
    for arguments in (
        ("check", "rules", "rules.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "rules_test.yml"),
    ):
        done = promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"), [("> 600", "> 99999"), ("== 0", "== 7"), ('stage="missed"', 'stage="due"')]
)
def test_a_rule_that_does_not_speak_is_found(right: str, wrong: str, tmp_path: Path) -> None:
    need("promtool")
    text = (DIRECTORY / "rules.yml").read_text()
    assert right in text
    (tmp_path / "rules.yml").write_text(text.replace(right, wrong))
    (tmp_path / "rules_test.yml").write_text((DIRECTORY / "rules_test.yml").read_text())
    done = subprocess.run(
        ["promtool", "test", "rules", "rules_test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0


def test_rules_ask_for_metrics_that_exist_by_labels_that_they_have() -> None:
    collectors = [
        getattr(metrics.create(), field.name)
        for metrics in (Metrics, NotifierMetrics)
        for field in fields(metrics)
        if field.name != "registry"
    ]
    labels = {
        collector._name + suffix: {*collector._labelnames, "le"}
        for collector in collectors
        for suffix in SUFFIXES[collector._type]
    }
    for rule in RULES:
        asked = re.findall(r"\b(sealstream_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert asked
        for name, chosen in asked:
            assert name in labels, rule["alert"]
            assert set(re.findall(r"(\w+)\s*[=!]", chosen)) <= labels[name], rule["alert"]
        for grouped in re.findall(r"\bby \(([^)]*)\)", rule["expr"]):
            assert set(grouped.split(", ")) <= set().union(*(labels[name] for name, _ in asked)), rule["alert"]


def test_every_alert_has_its_entry_in_the_runbook_and_every_entry_an_alert() -> None:
    runbook = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    entries = re.findall(r"^#### (Sealstream\w+)$", runbook, re.MULTILINE)
    assert entries == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
