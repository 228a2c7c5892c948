"""Collects what `record` let the SDKs say into one file: which SDK, which version, when, and the messages."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def version(file: str, pattern: str) -> str:
    """The version that a file pins."""
    found = re.search(pattern, (HERE / file).read_text())
    assert found is not None, file
    return found[1]


def sdks() -> dict[str, str]:
    """The SDKs, each with its version."""
    return {
        "python1": version("python1/requirements.txt", r"cloudevents==([\d.]+)"),
        "python2": version("python2/requirements.txt", r"cloudevents==([\d.]+)"),
        "javascript": version("javascript/package.json", r'"cloudevents": "([\d.]+)"'),
        "go": version("go/go.mod", r"cloudevents/sdk-go/v2 v([\d.]+)"),
        "java": version("java/pom.xml", r"cloudevents-kafka</artifactId>\s*<version>([\d.]+)"),
    }


def main(lines: Path, recorded: Path) -> None:
    """Write the messages of every SDK."""
    found = [
        {"sdk": sdk, "version": made_by, "messages": [json.loads(line) for line in (lines / f"{sdk}.lines").open()]}
        for sdk, made_by in sdks().items()
    ]
    recorded.write_text(json.dumps({"on": f"{datetime.now(UTC):%Y-%m-%d}", "sdks": found}, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
