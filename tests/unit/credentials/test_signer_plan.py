"""The file of signing identities: which one signs what, and every fault of it said before anything is signed."""

from pathlib import Path

import pytest

from pipeline.credentials.signers.plan import SignerPlan, read_signer_plan
from pipeline.errors import OperatorError

IDENTITIES = """
default = "house"

[identities.house]
certificates = "house.pem"
key = "house.key"

[identities.studio]
certificates = "/etc/studio.pem"
key = "vault:https://vault.example:8200/transit/studio?version=1"
seconds = 3

[identities.news]
certificates = "news.pem"
key = "file:/etc/news.key"
algorithm = "es384"
"""

RULES = """
[[rules]]
identity = "news"
source = "https://studio.example/news"

[[rules]]
identity = "studio"
source_prefix = "https://studio.example/"

[[rules]]
identity = "studio"
service.provider_code = "001191110102MACQD9K6400000"
service.id = "painter"
"""


def plan(tmp_path: Path, text: str) -> SignerPlan:
    file = tmp_path / "signers.toml"
    file.write_text(text)
    return read_signer_plan(file)


def test_the_first_rule_that_takes_an_event_counts_and_the_default_signs_the_rest(tmp_path: Path) -> None:
    read = plan(tmp_path, IDENTITIES + RULES)
    painter = {"provider_code": "001191110102MACQD9K6400000", "id": "painter", "system_name": "P"}
    cases = [
        (("https://studio.example/news", painter), 1, "news"),
        (("https://studio.example/news/2", {}), 2, "studio"),
        (("https://other.example", painter), 3, "studio"),
        (("https://other.example", {**painter, "id": "poet"}), None, "house"),
        (("https://other.example", {"id": "painter", "provider_code": None}), None, "house"),
        (("", {}), None, "house"),
    ]
    for event, number, identity in cases:
        assert (read.rule_of(*event), read.identity_of(*event)) == (number, identity)


def test_what_is_not_absolute_lies_beside_the_file_and_a_uri_stays_as_it_is(tmp_path: Path) -> None:
    read = plan(tmp_path, IDENTITIES + RULES).identities
    assert read["house"].certificates == tmp_path / "house.pem"
    assert read["house"].key == str(tmp_path / "house.key")
    assert read["studio"].certificates == Path("/etc/studio.pem")
    assert read["studio"].key.startswith("vault:")
    assert read["news"].key == "file:/etc/news.key"


FAULTS = {
    "no toml": ("default = ", "cannot be used"),
    "a member that is none": ('default = "a"\nidentity = 1', "unknown field"),
    "a rule for an identity that is not there": (RULES.replace('"news"', '"press"'), "rule 1 names press"),
    "an identity that signs nothing": (RULES.replace('"news"', '"studio"'), "identities.news signs nothing"),
    "a rule that takes everything": (RULES + '\n[[rules]]\nidentity = "news"\n', "rule 4 asks for nothing"),
    "a rule after one that takes all of it": (
        RULES + '\n[[rules]]\nidentity = "news"\nsource = "https://studio.example/x"\nservice.id = "painter"\n',
        "rule 4 takes nothing: rule 2 takes all of it",
    ),
    "a longer prefix after a shorter one": (
        RULES + '\n[[rules]]\nidentity = "news"\nsource_prefix = "https://studio.example/x"\n',
        "rule 4 takes nothing: rule 2",
    ),
    "a service that was asked for with less": (
        RULES.replace("service.provider_code", "#") + '\n[[rules]]\nidentity = "news"\nservice.id = "painter"\n'
        'service.system_name = "P"\n',
        "rule 4 takes nothing: rule 3",
    ),
    "both ways to ask for a source": (
        RULES.replace("source_prefix", 'source = "a"\nsource_prefix'),
        "rule 2 has both source and source_prefix",
    ),
    "something empty": (RULES + '\n[[rules]]\nidentity = "news"\nservice.system_name = ""\n', "rule 4 asks for someth"),
    "a member of the service that is none": (RULES.replace("service.id", "service.tenant"), "tenant"),
}


@pytest.mark.parametrize(("text", "why"), FAULTS.values(), ids=FAULTS)
def test_a_fault_stops_at_start_and_says_where_it_is(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="SEALSTREAM_SIGNERS") as refusal:
        plan(tmp_path, text if text.startswith("default") else IDENTITIES + text)
    assert why in refusal.value.what


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = (IDENTITIES + RULES).replace('default = "house"', 'default = "home"').replace("seconds = 3", "seconds = 0")
    with pytest.raises(OperatorError) as refusal:
        plan(tmp_path, text.replace("identities.news", 'identities."The News"'))
    for why in (
        "default names home",
        "studio.seconds",
        "The News is no name",
        "house signs nothing",
        "rule 1 names news",
    ):
        assert why in refusal.value.what


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        read_signer_plan(tmp_path / "none.toml")


def test_rules_that_overlap_in_part_are_all_taken(tmp_path: Path) -> None:
    more = (
        '\n[[rules]]\nidentity = "news"\nservice.id = "painter"\n'
        '\n[[rules]]\nidentity = "news"\nsource_prefix = "https://studio"\n'
        '\n[[rules]]\nidentity = "news"\nsource = "https://studio.org"\nservice.provider_name = "N"\n'
    )
    with pytest.raises(OperatorError, match="rule 6 takes nothing: rule 5"):
        plan(tmp_path, IDENTITIES + RULES + more)
    assert len(plan(tmp_path, IDENTITIES + RULES + more.rpartition("\n[[rules]]")[0]).rules) == 5
