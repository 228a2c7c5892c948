"""`sealstream trust`: what is in force, a newer list, and why a signer is trusted."""

import json
from pathlib import Path

import pytest

from agents.cli import main
from pipeline.credentials.development import development_chain


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path))


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["sealstream", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_list_update_and_explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(monkeypatch, capsys, "trust", "list", "--json")
    assert code == 0
    assert [trust_list["name"] for trust_list in json.loads(out)["lists"]] == ["c2pa", "c2pa-tsa"]
    other = development_chain(tmp_path / "other")
    anchors = tmp_path / "anchors.pem"
    anchors.write_bytes(other.trust_anchors)
    code, _, err = run(monkeypatch, capsys, "trust", "update", str(anchors))
    assert (code, "--use" in err) == (1, True)
    code, out, _ = run(monkeypatch, capsys, "trust", "update", str(anchors), "--use", "signers", "--json")
    assert (code, json.loads(out)["certificates"]) == (0, 1)
    picture = Path(__file__).parents[3] / "samples" / "harbour.jpg"
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "other"))
    assert run(monkeypatch, capsys, "seal", str(picture), "--out", str(tmp_path / "sealed.jpg"))[0] == 0
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path))
    sealed = str(tmp_path / "sealed.jpg")
    code, out, _ = run(monkeypatch, capsys, "trust", "explain", sealed, "--json")
    assert code == 0
    assert (json.loads(out)["trust"], json.loads(out)["trusted_by"]) == ("trusted", "lists")
    denied = tmp_path / "denied.pem"
    denied.write_bytes(other.material.certificate_chain)
    monkeypatch.setenv("SEALSTREAM_DENIED_SIGNERS", str(denied))
    code, out, _ = run(monkeypatch, capsys, "trust", "explain", sealed)
    assert "SEALSTREAM_DENIED_SIGNERS" in out
