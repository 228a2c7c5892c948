"""Asks the OSV database whether advisories are known about what is locked, and fails wherever that is not certain.

    python -m tools.audit_dependencies [--lock FILE] [--accept ADVISORY ...]

pip-audit passes where it looked nothing up ("No known vulnerabilities found", exit code 0, without a network) unless it
is asked with `--strict`, and believes whoever answers. Here a package whose advisories are known is asked about in the
same request: a service, proxy or copy that does not tell of those tells of nothing. Exit codes: 0 every locked package
was looked up and none has an advisory that was not accepted; 1 some have; 75 the database was not reached, or did not
answer as it should, and nothing is known.
"""

import argparse
import json
import os
import re
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, NamedTuple

__all__ = ["NotAuditedError", "Package", "audit", "locked", "main"]

ROOT: Final = Path(__file__).parents[1]
SERVICE: Final = "https://api.osv.dev"
_AT_ONCE: Final = 500
_SECONDS: Final = 30.0
_MOST_BYTES: Final = 32 * 2**20
_LOCKED: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


class Package(NamedTuple):
    """A package of the Python Package Index in one version."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


CANARY: Final = Package("jinja2", "2.4.1")
"""Its advisories have been known since 2014 (CVE-2014-1402); nobody installs it here."""


class NotAuditedError(Exception):
    """Nothing is known of the locked packages; says why."""


def locked(lock: str) -> tuple[Package, ...]:
    """The packages of a lock file.

    Raises:
        NotAuditedError: there are none.
    """
    found = tuple(Package(*match) for match in _LOCKED.findall(lock))
    if not found:
        raise NotAuditedError("the lock names no package")
    return found


def audit(packages: Sequence[Package], *, service: str = SERVICE) -> Mapping[Package, tuple[str, ...]]:
    """The advisories that are known about packages, by package; those without are left out.

    Raises:
        NotAuditedError: the database was not reached, or did not answer as it should.
    """
    found: dict[Package, tuple[str, ...]] = {}
    for start in range(0, len(packages), _AT_ONCE):
        asked = (CANARY, *packages[start : start + _AT_ONCE])
        told = _ask(asked, service)
        if not told[0]:
            raise NotAuditedError(f"it does not tell of the advisories about {CANARY}, so it may not tell of others")
        found.update({package: ids for package, ids in zip(asked[1:], told[1:], strict=True) if ids})
    return found


def _ask(packages: Sequence[Package], service: str) -> list[tuple[str, ...]]:
    queries = [
        {"package": {"ecosystem": "PyPI", "name": package.name}, "version": package.version} for package in packages
    ]
    request = urllib.request.Request(  # noqa: S310 - the service is https, or a test's
        f"{service}/v1/querybatch",
        data=json.dumps({"queries": queries}).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 (as above)
            results = json.loads(answer.read(_MOST_BYTES))["results"]
        told = [_ids(result) for result in results]
    except (OSError, HTTPException) as error:
        raise NotAuditedError(f"it cannot be reached: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAuditedError(f"its answer cannot be read: {type(error).__name__}") from error
    if len(told) != len(packages):
        raise NotAuditedError(f"it was asked about {len(packages)} packages and answered about {len(told)}")
    return told


def _ids(result: Mapping[str, Any]) -> tuple[str, ...]:
    ids = tuple(str(advisory["id"]) for advisory in result.get("vulns") or ())
    # More pages mean that there are some, whatever the first one holds.
    return ids or (("(more pages)",) if result.get("next_page_token") else ())


def main(arguments: Sequence[str] | None = None, *, service: str = SERVICE) -> int:
    """Look the lock up and say what was found; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements-dev.lock")
    parser.add_argument(
        "--accept", nargs="*", default=[], metavar="ADVISORY", help="which one was judged harmless here"
    )
    chosen = parser.parse_args(arguments)
    try:
        packages = locked(chosen.lock.read_text(encoding="utf-8"))
        found = audit(packages, service=service)
    except (NotAuditedError, OSError) as error:
        print(f"NOT AUDITED: nothing is known about the locked packages. The advisory database at {service}: {error}.")
        return os.EX_TEMPFAIL
    open_ones = {
        package: left
        for package, ids in found.items()
        if (left := [advisory for advisory in ids if advisory not in chosen.accept])
    }
    for package, ids in open_ones.items():
        print(f"{package}: {', '.join(f'https://osv.dev/{advisory}' for advisory in ids)}")
    accepted = sorted({advisory for ids in found.values() for advisory in ids} & set(chosen.accept))
    said = f"; accepted: {', '.join(accepted)}" if accepted else ""
    print(f"{len(packages)} packages of {chosen.lock.name} were looked up; {len(open_ones)} have advisories{said}.")
    return 1 if open_ones else os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
