"""Writes what an installed sealstream is made of as a CycloneDX document (SBOM), from the lock and third_party.toml.

    python -m tools.make_sbom [FILE]        default: dist/sealstream-VERSION.cdx.json

The same lock gives the same document, byte for byte: it has no time, and its serial number is made from what it says.
Licences are those that a person found in the wheels, with the libraries in them; what packages say of themselves misses
those. Which package needs which is read from the packages that are installed here.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import orjson
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools.make_third_party import ROOT, Licensed, licensed

__all__ = ["document"]

_LOCKED: Final = re.compile(r"^([\w.-]+)==([\w.+!-]+)(.*?)(?=^[\w.-]+==|\Z)", re.MULTILINE | re.DOTALL)


def document() -> bytes:
    """The document, as JSON."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        description=project["description"],
        licenses=[LicenseExpression(project["license"])],
        purl=PackageURL("pypi", None, project["name"], project["version"]),
        bom_ref=project["name"],
    )
    bom = Bom()
    bom.metadata.component = ours
    stated = licensed()
    components: dict[str, list[Component]] = {}
    for name, version, hashes in _LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        component = _component(name, version, re.findall(r"sha256:([0-9a-f]{64})", hashes), stated[name])
        components.setdefault(name, []).append(component)
        bom.components.add(component)
    needed = [_name(requirement) for requirement in project["dependencies"]]
    bom.register_dependency(ours, [component for name in needed for component in components[name]])
    for name, versions in components.items():
        needs = [dependency for needed in _needed_by(name) for dependency in components.get(needed, ())]
        for component in versions:
            bom.register_dependency(component, needs)
    said = " ".join(sorted(str(component.purl) for component in bom.components))
    bom.serial_number = uuid5(NAMESPACE_URL, f"{ours.purl} {said}")
    made = orjson.loads(JsonV1Dot6(bom).output_as_string())
    del made["metadata"]["timestamp"]
    return orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _component(name: str, version: str, hashes: list[str], package: Licensed) -> Component:
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        licenses=[LicenseExpression(package.spdx)],
        purl=PackageURL("pypi", None, name, version),
        bom_ref=f"{name}=={version}",
        properties=[Property(name="sealstream:note", value=package.note)] if package.note else [],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(f"https://pypi.org/project/{name}/{version}/"),
                comment="The hashes are those of all files that may be installed.",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in hashes],
            )
        ],
    )


def _needed_by(name: str) -> Iterator[str]:
    try:
        asked = requires(name) or []
    except PackageNotFoundError:
        return
    yield from (_name(requirement) for requirement in asked if "extra ==" not in requirement)


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0] if found else "").lower()


if __name__ == "__main__":
    _version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    _file = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / f"sealstream-{_version}.cdx.json"
    _file.parent.mkdir(parents=True, exist_ok=True)
    _file.write_bytes(document())
    print(_file)
