"""`python -m tests.fuzz [--seconds N] [TARGET ...]`: fuzz with atheris, which follows our code's branches.

Each target runs in a process of its own, one for each core at a time, and shares the time. What is found is written to
`fuzz-finds/`, and becomes a test; an hour is `--seconds 3600`. In CI every run begins with the same numbers.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FINDS = Path("fuzz-finds")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=120, help="for all targets together")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only:
        fuzz(chosen.only, chosen.seconds)
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    names = chosen.targets or list(TARGETS)
    share = max(chosen.seconds // len(names), 1)

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.fuzz", "--only", name, "--seconds", str(share)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        ended = zip(names, threads.map(run, names), strict=True)
        found = [name for name, done in ended if told(name, done)]
    return 1 if found else 0


def told(name: str, done: subprocess.CompletedProcess[str]) -> bool:
    """Print how a target ended, and return whether something was found."""
    tried = next((line for line in reversed(done.stderr.splitlines()) if line.startswith("Done ")), "no result")
    print(f"{name:20} {'FOUND' if done.returncode else 'ok':5} {tried}", flush=True)
    if done.returncode:
        # What was raised is said on standard output.
        print(done.stdout[-4000:], done.stderr[-4000:], f"It ended with {done.returncode}.", sep="\n", flush=True)
    return bool(done.returncode)


def fuzz(name: str, seconds: int) -> None:
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["pipeline", "agents.reference"]):
        from tests.fuzz.targets import LONGEST, TARGETS, instrumented  # noqa: PLC0415

        list(instrumented())
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as seeds:
        for number, body in enumerate(target.seeds()):
            (Path(seeds) / str(number)).write_bytes(body)
        FINDS.mkdir(exist_ok=True)
        limits = ["-seed=1"] if os.environ.get("CI") else []
        limits += [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=2048"]
        arguments = [sys.argv[0], *limits, f"-artifact_prefix={FINDS}{os.sep}{name}-", seeds]
        atheris.Setup(arguments, target.run)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
