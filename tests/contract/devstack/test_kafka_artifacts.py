"""How Kafka's jars get into the cache: whole, once, or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devstack import KafkaServer, KafkaUnavailableError
from devstack.kafka_artifacts import kafka_libraries


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.fixture
def maven(tmp_path: Path) -> Callable[[str], None]:
    """Put an `mvn` on the PATH that notes each call and then does what it is told; `$jars` is its target."""

    def install(then: str) -> None:
        target = 'for a in "$@"; do case $a in -DoutputDirectory=*) jars=${a#*=};; esac; done'
        (tmp_path / "mvn").write_text(f"#!/bin/sh\n{target}\necho called >> {tmp_path}/calls\n{then}\n")
        (tmp_path / "mvn").chmod(0o755)

    return install


@pytest.mark.parametrize("missing", ["java", "mvn"])
def test_a_missing_program_is_named(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    if missing == "mvn":
        (tmp_path / "java").touch(mode=0o755)
    with pytest.raises(KafkaUnavailableError, match=rf"no `{missing}` .* Install "):
        KafkaServer(tmp_path / "kafka").start()


def test_a_fetch_that_fails_leaves_nothing_that_could_pass_for_the_jars(
    maven: Callable[[str], None], tmp_path: Path
) -> None:
    maven('mkdir "$jars"; touch "$jars/half.jar"; echo no network; exit 1')
    with pytest.raises(KafkaUnavailableError, match=r"could not fetch Apache Kafka .* Read (\S+\.log)"):
        kafka_libraries()
    (output,) = (tmp_path / "cache").glob("sealstream/*.log")
    assert output.read_text() == "no network\n"
    maven('mkdir "$jars"; touch "$jars/whole.jar"')
    assert [jar.name for jar in kafka_libraries().iterdir()] == ["whole.jar"]


def test_many_that_want_the_jars_at_once_fetch_them_once(maven: Callable[[str], None], tmp_path: Path) -> None:
    maven('mkdir "$jars"; touch "$jars/first.jar"; sleep 0.3; touch "$jars/last.jar"')
    with ThreadPoolExecutor(5) as threads:
        found = {*threads.map(lambda _: tuple(sorted(p.name for p in kafka_libraries().iterdir())), range(5))}
    assert found == {("first.jar", "last.jar")}
    assert (tmp_path / "calls").read_text() == "called\n"
