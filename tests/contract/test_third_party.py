"""What is installed is known with its licence: no package is missing, and none has changed its mind."""

import re
from importlib import resources

import jsonschema_rs
import orjson
import pytest

from tools.make_sbom import document
from tools.make_third_party import NOTICE, PAGE, Licensed, faults, licensed, locked, notice, page, told_now

STATED = licensed()
SCHEMAS = ("bom-1.6", "spdx", "jsf-0.82")
BOTO3 = re.compile("boto3==")


def test_nothing_is_installed_that_may_not_be() -> None:
    assert faults(STATED, locked()) == []


@pytest.mark.parametrize("name", list(STATED))
def test_a_package_says_what_it_said_when_somebody_looked(name: str) -> None:
    assert told_now(name) in (None, STATED[name].told)


GPL = "GPL-2.0-or-later"


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (None, "planted is installed, and third_party.toml does not say under which licence."),
        (Licensed(spdx="AGPL-3.0-only", note="x"), "planted has AGPL-3.0-only, which is not on the list"),
        (Licensed(spdx=f"MIT AND {GPL}", note="x"), f"planted has {GPL}, which is not on the list"),
        (Licensed(spdx="MIT AND LGPL-3.0-only", note="x"), "state what of it is loaded as a shared library"),
        (Licensed(spdx="LGPL-3.0-only", loaded=("libx",)), "note what follows for whoever hands it on"),
        (Licensed(spdx="MIT", in_spite_of=(GPL,)), f"taken in spite of {GPL}, which it does not have"),
    ],
)
def test_a_package_that_may_not_be_installed_is_found(planted: Licensed | None, fault: str) -> None:
    stated = STATED if planted is None else {**STATED, "planted": planted}
    (found,) = faults(stated, {**locked(), "planted": ["1.0"]})
    assert fault in found


def test_a_library_under_the_lgpl_passes_by_name_where_it_is_loaded() -> None:
    stated = {"planted": Licensed(spdx="MIT AND LGPL-3.0-only", loaded=("libx",), note="It may be replaced.")}
    assert faults(stated, {"planted": ["1.0"]}) == []
    assert {name for name, package in STATED.items() if package.in_spite_of} == {"av", "venusian"}


def test_the_bill_of_materials_is_one_of_cyclonedx_and_names_every_package_with_its_licence() -> None:
    made = document()
    assert made == document()
    bom = orjson.loads(made)
    directory = resources.files("cyclonedx.schema") / "_res"
    read = {name: orjson.loads((directory / f"{name}.SNAPSHOT.schema.json").read_bytes()) for name in SCHEMAS}
    registry = jsonschema_rs.Registry(
        [(f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", read[name]) for name in SCHEMAS]
    )
    jsonschema_rs.Draft7Validator(read["bom-1.6"], registry=registry, offline=True).validate(bom)
    assert {component["name"] for component in bom["components"]} == set(locked())
    (av, *_) = (component for component in bom["components"] if component["name"] == "av")
    assert av["licenses"] == [{"expression": STATED["av"].spdx}]
    needs = {dependency["ref"]: dependency.get("dependsOn", []) for dependency in bom["dependencies"]}
    assert any(needed.startswith("boto3==") for needed in needs["sealstream"])
    assert any(needed.startswith("botocore==") for needed in needs[next(iter(filter(BOTO3.match, needs)))])


def test_page_and_notice_are_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
    assert NOTICE.read_text(encoding="utf-8") == notice()
