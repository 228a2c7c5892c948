"""How a worker starts that cannot yet."""

import os
import subprocess
import sys
from pathlib import Path

from devstack.ports import free_port


def test_a_store_that_is_away_is_waited_for_and_ends_the_worker_as_what_may_work_later(tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    done = subprocess.run(
        [sys.executable, "-m", "agents.cli", "worker"],
        env={
            **{name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "SEALSTREAM_"))},
            "AWS_ENDPOINT_URL_S3": endpoint,
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "hush",
            "SEALSTREAM_STATE_DIR": str(tmp_path),
            "SEALSTREAM_HEALTH_PORT": "0",
            "SEALSTREAM_START_SECONDS": "6",
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 75, done.stderr
    assert done.stderr.count(endpoint) == 2, done.stderr  # once while it waits, once at the end
    assert "hush" not in done.stderr
