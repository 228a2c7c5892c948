"""Whom we trust is configured, followed while we run, and a bad change changes nothing."""

import logging
from pathlib import Path

import pytest

from agents.trusting import TrustWatch, lists_in_use, trust_of
from pipeline.credentials import Software, Trust
from pipeline.credentials.development import development_chain
from pipeline.credentials.model import SealOrder
from pipeline.credentials.signers import claim_signer
from pipeline.credentials.trust import put_list, update_files
from pipeline.errors import OperatorError
from pipeline.isolation import IsolatedCredentialService, WorkerPool
from pipeline.settings import CredentialSettings


def settings(directory: Path, **changes: object) -> CredentialSettings:
    return CredentialSettings(state_dir=directory, **changes)  # type: ignore[arg-type]


def test_the_official_lists_are_trusted_unless_somebody_says_none(tmp_path: Path) -> None:
    assert [trust_list.name for trust_list in lists_in_use(settings(tmp_path))] == ["c2pa", "c2pa-tsa"]
    assert trust_of(settings(tmp_path)).lists
    assert trust_of(settings(tmp_path, trust_lists=("none",))) == Trust()
    assert [trust_list.name for trust_list in lists_in_use(settings(tmp_path, trust_lists=("c2pa-tsa",)))] == [
        "c2pa-tsa"
    ]
    with pytest.raises(OperatorError, match="no trust list interim"):
        lists_in_use(settings(tmp_path, trust_lists=("interim",)))


@pytest.mark.parametrize("setting", ["trust_anchors", "denied_signers"])
def test_files_that_hold_no_certificates_are_the_operators_and_named(setting: str, tmp_path: Path) -> None:
    file = tmp_path / "list.pem"
    for body in (None, b"words"):
        if body is not None:
            file.write_bytes(body)
        with pytest.raises(OperatorError, match=rf"SEALSTREAM_{setting.upper()}"):
            trust_of(settings(tmp_path, **{setting: file}))


def test_what_changes_is_in_force_without_a_restart_and_what_cannot_be_read_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chain = development_chain(tmp_path / "chain")
    state = tmp_path / "state"
    state.mkdir()
    own = settings(state)
    order = SealOrder(
        media_type="text/markdown",
        operation="generated",
        digital_source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        claim_generator=Software(name="sealstream"),
    )
    signer = claim_signer(chain.material)
    with WorkerPool(size=2, memory_bytes=2**30, seconds=30.0, trust_anchors=trust_of(own)) as pool:
        service = IsolatedCredentialService(pool, lambda _: signer)
        watch = TrustWatch(own, pool.renew)
        sealed = service.seal(b"Words.\n", order)

        def trust() -> str:
            return service.read(b"Words.\n", "text/markdown", manifest=sealed.manifest).trust

        assert trust() == "untrusted"
        put_list(state, chain.trust_anchors, use="signers", source="own.pem")
        watch.look()
        assert [trust() for _ in range(3)] == ["trusted"] * 3
        update_files(state)[0].write_text("broken")
        with caplog.at_level(logging.WARNING):
            watch.look()
            watch.look()
        assert trust() == "trusted"
        assert "cannot be read" in str(watch.trouble)
        assert len([record for record in caplog.records if "not taken" in record.message]) == 1


def test_a_list_past_its_age_is_told_once_and_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    chain = development_chain(tmp_path / "chain")
    file = update_files(tmp_path)[0]
    put_list(tmp_path, chain.trust_anchors, use="signers", source="own.pem", now=datetime(2026, 10, 1, tzinfo=UTC))
    file.write_text(file.read_text().replace('"2026-12-30"', '"2026-10-02"'))
    watch = TrustWatch(settings(tmp_path, trust_lists=("c2pa",)), lambda _: None)
    with caplog.at_level(logging.WARNING):
        watch.look()
        watch.look()
    assert len([record for record in caplog.records if "overdue" in record.message]) == 1
    assert "days overdue" in watch.states()["trust list c2pa"]
    assert watch.issued()["c2pa"] == datetime(2026, 10, 1, tzinfo=UTC).timestamp()
