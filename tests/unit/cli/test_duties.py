"""What `sealstream duties` says: where it has nothing to list, and of the certificate that signs."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

import schemas
from agents.cli.duties import ShownDuty, app, why_none
from agents.signing_identities import signers_for
from pipeline.duties.registered import registered
from pipeline.events.instants import written
from pipeline.policy.reference import ReferenceSets, parse_entry
from pipeline.settings import CredentialSettings

DUTY = ShownDuty(
    set="services",
    entry="studio",
    kind="service",
    duty="cn.deep-synthesis.art20.assessment-clock",
    article="20",
    citation="Art. 20",
    jurisdiction="CN",
    binds=("provider",),
    last_done_at=None,
    due_at="2026-12-29T00:00:00.000Z",
    is_overdue=False,
    text="The assessment is due.",
    remedy="Assess.",
    document="assessment",
)


def test_where_no_law_reaches_what_is_registered_nobody_reads_that_all_is_done() -> None:
    for overdue in (True, False):
        told = why_none([], overdue=overdue)
        assert "No entry has a duty here" in told
        assert "SEALSTREAM_POLICY_JURISDICTIONS" in told


def test_duties_that_are_not_due_are_told_apart_from_none() -> None:
    assert why_none([DUTY], overdue=True) == "Nothing is overdue."
    assert why_none([DUTY], overdue=False) == "No entry of this kind has a duty."


def test_the_certificate_that_signs_is_an_item_that_the_inventory_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path))
    told = CliRunner().invoke(app, ["certificate"])
    assert told.exit_code == 0, told.output
    item = orjson.loads(told.stdout)
    assert schemas.first_violation(schemas.validator("inventory-item.v1"), item) is None
    until = signers_for(CredentialSettings(), None).get().not_after
    assert until is not None
    assert item["certificate"]["valid_until"] == written(until)
    (entry,) = registered(ReferenceSets.empty().put(parse_entry("inventory", item["id"], item)))
    assert (entry.kind, entry.id) == ("certificate", "inventory/signing-certificate")
