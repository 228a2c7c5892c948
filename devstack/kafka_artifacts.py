"""Apache Kafka's jars: fetched once with Maven, kept in the user's cache."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from devstack.errors import KafkaUnavailableError

__all__ = ["kafka_libraries", "kafka_version"]

_POM = Path(__file__).with_name("kafka-pom.xml")
_FETCH_TIMEOUT = 600.0


def kafka_version() -> str:
    """Return the pinned version of Apache Kafka."""
    (version,) = re.findall(r"<kafka\.version>(.+)</kafka\.version>", _POM.read_text())
    return str(version)


def kafka_libraries() -> Path:
    """Return the directory of Kafka's jars, fetching them when they are not there.

    The directory appears under its name only when it is complete, and processes that want it at once take turns, so a
    fetch that was cut short or is still under way is never taken for a whole one.

    Raises:
        KafkaUnavailableError: Maven is missing, or could not fetch the artifacts.
    """
    libraries = _cache() / f"kafka-{kafka_version()}-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:8]}"
    if libraries.is_dir():
        return libraries
    libraries.parent.mkdir(parents=True, exist_ok=True)
    with libraries.with_name(f"{libraries.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not libraries.is_dir():
            _fetch(libraries)
    return libraries


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sealstream"


def _fetch(libraries: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError(
            what="Apache Kafka is fetched with Maven, and there is no `mvn` on the PATH.",
            remedy="Install Maven (on Debian: apt-get install maven), or use a Kafka of your own.",
        )
    output = libraries.with_name(f"{libraries.name}.log")
    with tempfile.TemporaryDirectory(dir=libraries.parent, prefix=f".{libraries.name}-") as scratch:
        partial = Path(scratch) / "jars"
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}", "-DincludeScope=runtime"]
        with output.open("wb") as log:
            try:
                code = subprocess.run(
                    [maven, "-B", "-q", "-f", os.fspath(_POM), *goal],
                    cwd=scratch,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=_FETCH_TIMEOUT,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired as error:
                raise _fetch_failed(f"took longer than {_FETCH_TIMEOUT:.0f} seconds", output) from error
        if code != 0:
            raise _fetch_failed(f"ended with exit code {code}", output)
        partial.rename(libraries)


def _fetch_failed(how: str, output: Path) -> KafkaUnavailableError:
    return KafkaUnavailableError(
        what=f"Maven could not fetch Apache Kafka {kafka_version()}: it {how}.",
        remedy=f"Read {output} and see that Maven reaches its repository.",
    )
