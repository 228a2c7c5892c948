"""Trust lists: read, put and replaced. No test depends on whom a published list trusts."""

import base64
import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.credentials import Trust
from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.trust import (
    LIST_NAMES,
    TrustListError,
    certificates_of,
    lists_at_hand,
    put_list,
    read_list,
    shipped_lists,
    update_files,
)
from pipeline.errors import OperatorError
from tests.unit.credentials.conftest import MakeOrder

TODAY = datetime(2027, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentChain:
    return development_chain(tmp_path_factory.mktemp("chain"))


def published(
    pem: bytes, *, title: str = "C2PA Trust List", issued: datetime = TODAY, status: str = "trusted", number: int = 9
) -> bytes:
    """A list as C2PA publishes it (ETSI TS 119 602), with one anchor."""
    (anchor,) = certificates_of(pem)
    service: dict[str, Any] = {
        "ServiceInformation": {
            "ServiceName": [{"lang": "en", "value": "an anchor"}],
            "ServiceDigitalIdentity": {
                "X509Certificates": [{"val": base64.b64encode(anchor.public_bytes(Encoding.DER)).decode()}]
            },
            "ServiceStatus": f"http://c2pa.org/conformance/trust-list/{status}",
            "StatusStartingTime": "2026-01-01T00:00:00Z",
        }
    }
    about = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": number,
        "SchemeName": [{"lang": "en", "value": title}],
        "ListIssueDateTime": f"{issued:%Y-%m-%dT%H:%M:%SZ}",
        "NextUpdate": f"{issued + timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}",
    }
    entities = [{"TrustedEntityInformation": {}, "TrustedEntityServices": [service]}]
    return json.dumps({"LoTE": {"ListAndSchemeInformation": about, "TrustedEntitiesList": entities}}).encode()


def test_what_ships_is_what_was_taken_is_dated_and_says_where_it_is_from() -> None:
    lists = shipped_lists()
    assert [(trust_list.name, trust_list.use) for trust_list in lists] == [("c2pa", "signers"), ("c2pa-tsa", "stamps")]
    for trust_list in lists:
        assert trust_list.certificates
        # A rule that keeps keys out of the repository kept them out once: the files were here, and nowhere else.
        kept = subprocess.run(
            ["git", "check-ignore", f"pipeline/credentials/trust/lists/{trust_list.name}.pem"],
            cwd=Path(__file__).parents[3],
            check=False,
            capture_output=True,
        )
        assert kept.returncode != 0, f"{trust_list.name}.pem is ignored by git"
        assert trust_list.source.startswith("https://github.com/c2pa-org/conformance-public/")
        assert trust_list.overdue(trust_list.next_update) == 0
        assert trust_list.overdue(trust_list.next_update + timedelta(days=5)) == 5


def test_a_published_list_says_itself_what_it_is_for_and_when_the_next_one_comes(chain: DevelopmentChain) -> None:
    trust_list = read_list(published(chain.trust_anchors), use=None, source="list.json")
    assert (trust_list.name, trust_list.use, trust_list.sequence) == ("c2pa", "signers", 9)
    assert (trust_list.issued, trust_list.next_update) == (date(2027, 1, 2), date(2027, 4, 2))
    assert trust_list.certificates == certificates_of(chain.trust_anchors)
    stamps = read_list(published(chain.trust_anchors, title="C2PA TSA Trust List"), use=None, source="")
    assert (stamps.name, stamps.use) == ("c2pa-tsa", "stamps")


def test_anchors_that_are_not_trusted_any_more_are_left_out(chain: DevelopmentChain) -> None:
    with pytest.raises(TrustListError, match="it trusts nobody"):
        read_list(published(chain.trust_anchors, status="withdrawn"), use=None, source="")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "does not say whether"),
        (b"{}", "no list of trusted entities"),
        (b'{"LoTE": 1}', "no list of trusted entities"),
        (b"{", "no list of trusted entities"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(body: bytes, why: str) -> None:
    with pytest.raises(TrustListError, match=why):
        read_list(body, use=None, source="")
    with pytest.raises(TrustListError):
        read_list(body or b"words", use="signers", source="")


def test_an_update_takes_the_place_of_what_ships_and_an_older_one_does_not(
    chain: DevelopmentChain, tmp_path: Path
) -> None:
    assert lists_at_hand(tmp_path) == shipped_lists()
    put_list(tmp_path, published(chain.trust_anchors), use=None, source="list.json")
    at_hand = {trust_list.name: trust_list for trust_list in lists_at_hand(tmp_path)}
    assert at_hand["c2pa"].certificates == certificates_of(chain.trust_anchors)
    assert at_hand["c2pa-tsa"] == shipped_lists()[1]
    for older in (
        published(chain.trust_anchors, issued=TODAY - timedelta(days=1)),
        published(chain.trust_anchors, number=8),
    ):
        with pytest.raises(TrustListError, match="before the one at hand"):
            put_list(tmp_path, older, use=None, source="list.json")
    assert {trust_list.name: trust_list for trust_list in lists_at_hand(tmp_path)} == at_hand


def test_anchors_as_pem_are_dated_by_the_day_they_are_put(chain: DevelopmentChain, tmp_path: Path) -> None:
    trust_list = put_list(tmp_path, chain.trust_anchors, use="stamps", source="own.pem", now=TODAY)
    assert (trust_list.name, trust_list.issued, trust_list.next_update) == (
        "c2pa-tsa",
        date(2027, 1, 2),
        date(2027, 4, 2),
    )
    with pytest.raises(TrustListError, match="list of signers"):
        put_list(tmp_path, published(chain.trust_anchors), use="stamps", source="list.json")


def test_an_update_that_was_damaged_is_told_and_not_passed_over(tmp_path: Path) -> None:
    file = update_files(tmp_path)[LIST_NAMES.index("c2pa")]
    file.parent.mkdir()
    for body in (b"{}", b'{"title":"\xc3\x28"}'):
        file.write_bytes(body)
        with pytest.raises(OperatorError, match="cannot be read"):
            lists_at_hand(tmp_path)


def test_by_what_a_signer_is_trusted_is_told_and_a_denied_one_is_not(
    chain: DevelopmentChain, make_order: MakeOrder
) -> None:
    sealed = InProcessCredentialService(signing=chain.material).seal(b"Words.\n", make_order("text/plain"))

    def read(trust: Trust) -> tuple[str, str | None]:
        credential = InProcessCredentialService(trust_anchors=trust).read(sealed.asset, "text/plain")
        assert credential.state == "valid"
        return credential.trust, credential.trusted_by

    leaf = x509.load_pem_x509_certificate(chain.material.certificate_chain)
    denied = ((format(leaf.serial_number, "x"), leaf.not_valid_after_utc.isoformat()),)
    assert read(Trust()) == ("untrusted", None)
    assert read(Trust(lists=chain.trust_anchors)) == ("trusted", "lists")
    assert read(Trust(private=chain.trust_anchors)) == ("trusted", "private")
    assert read(Trust(lists=chain.trust_anchors, denied=denied)) == ("untrusted", None)
    assert read(Trust(lists=chain.trust_anchors, denied=((denied[0][0], "2020-01-01"),))) == ("trusted", "lists")
