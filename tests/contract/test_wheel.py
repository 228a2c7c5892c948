"""What is installed: one name among other people's packages, and a program that runs beside its namesakes."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED = """import sys
alone = set(sys.modules)
import sealstream_client
new = (name for name in sys.modules.keys() - alone if getattr(sys.modules[name], "__file__", None))
print(*{name.partition(".")[0] for name in new} - sys.stdlib_module_names)
"""
START = "import sys; from sealstream.start import main; sys.argv = ['sealstream', *sys.argv[1:]]; main()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of packages: ours from the wheel, and somebody else's that are called as ours are."""
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(directory / "site")
    for name in ("agents", "console", "pipeline", "schemas", "devstack"):
        (directory / "site" / name).mkdir()
        (directory / "site" / name / "__init__.py").write_text("raise RuntimeError('somebody else')\n")
    return directory / "site"


def sealstream(site: Path, *arguments: str, code: int = 0, before: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{before}{START}", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(site), "PYTHONPATH": str(site)},
        cwd=site.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_one_name_is_installed_and_it_is_typed(site: Path) -> None:
    ours = {path.name for path in site.iterdir()} - {"agents", "console", "pipeline", "schemas", "devstack"}
    assert {name for name in ours if not name.endswith(".dist-info")} == {"sealstream"}
    assert (site / "sealstream" / "py.typed").exists()
    house = site / "sealstream" / "house"
    assert list((house / "pipeline" / "credentials" / "trust" / "lists").glob("*.pem"))
    assert not list(house.rglob("__pycache__"))


def test_it_runs_beside_packages_of_the_same_names_child_processes_too(site: Path, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed.txt"
    sample = site / "sealstream" / "house" / "samples" / "article.txt"
    sealstream(site, "seal", str(sample), "-o", str(sealed))
    assert sealed.stat().st_size > sample.stat().st_size


def test_it_does_not_start_where_others_came_first(site: Path) -> None:
    elsewhere = "import sys, types; sys.modules['agents'] = types.ModuleType('agents'); "
    elsewhere += "sys.modules['agents'].__spec__ = __import__('importlib.machinery').machinery.ModuleSpec("
    elsewhere += "'agents', None, origin='/elsewhere/agents/__init__.py'); "
    refused = sealstream(site, "--version", code=2, before=elsewhere)
    assert "`agents` is somebody else's (/elsewhere/agents/__init__.py)" in refused.stderr


def test_the_client_is_a_package_of_its_own_that_loads_nothing_heavy(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT / "client", check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path / "site")
    assert {path.name.partition("-")[0] for path in (tmp_path / "site").iterdir()} == {"sealstream_client"}
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", LOADED],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    needed = {
        "aiokafka",
        "jsonschema_rs",
        "msgspec",
        "orjson",
        "async_timeout",
        "cramjam",
        "packaging",
        "typing_extensions",
    }
    assert {"sealstream_client", "aiokafka"} <= set(loaded.stdout.split()) <= needed | {"sealstream_client"}
