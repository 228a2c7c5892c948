"""What loads the native library, and what must not."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["pipeline.credentials", "pipeline.credentials.signer", "pipeline.credentials.development", "pipeline.isolation"],
)
def test_a_process_that_leaves_parsing_to_others_never_loads_the_parser(module: str) -> None:
    probe = f"import sys, {module}; sys.exit('c2pa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
