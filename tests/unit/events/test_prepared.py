"""Types that threads read are ready before any thread reads one: two that are first together would end the process."""

import subprocess
import sys

import pytest

READ_FIRST = """
import importlib, sys
import msgspec
from msgspec import _utils

module, kind = sys.argv[1].rsplit(".", 1)
importlib.import_module(sys.argv[2])
kind = getattr(importlib.import_module(module), kind)

def too_late(*_):
    raise AssertionError("msgspec works out now how the type is read")

# What the library asks about a type that it has not read before.
_utils._get_class_mro_and_typevar_mappings = too_late
try:
    msgspec.json.decode(b"{}", type=kind)
except msgspec.ValidationError:
    pass
"""


@pytest.mark.parametrize(
    ("kind", "after_import_of"),
    [
        ("pipeline.events.outputs.Decision", "pipeline.store.records"),
        ("pipeline.events.outputs.ManifestRecord", "pipeline.usecases.reviewing"),
        ("pipeline.usecases.escalation.LedgerEntry", "pipeline.usecases.escalation"),
        ("pipeline.events.intake._Generation", "pipeline.events.intake"),
        ("pipeline.events.intake._Publication", "pipeline.events.intake"),
        ("pipeline.events.intake._Activity", "pipeline.events.intake"),
        ("pipeline.events.intake._Review", "pipeline.events.intake"),
    ],
)
def test_a_type_is_ready_when_its_module_was_imported(kind: str, after_import_of: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", READ_FIRST, kind, after_import_of], capture_output=True, text=True, check=False
    )

    assert process.returncode == 0, process.stderr
