"""`sealstream signers`, `seal --identity` and what `doctor` says, where several identities sign."""

from pathlib import Path

import orjson
import pytest

from agents.cli import doctor
from pipeline.credentials.development import development_chain
from tests.unit.cli.typing import Run

RULE = '\n[[rules]]\nidentity = "studio"\nsource_prefix = "https://studio.example/"\nservice.id = "painter"\n'


@pytest.fixture
def signers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of two identities and a rule, named by the setting."""
    lines = ['default = "house"']
    for name in ("house", "studio"):
        development_chain(tmp_path / name)
        lines.append(f'[identities.{name}]\ncertificates = "{name}/signer.pem"\nkey = "{name}/signer.pem"')
    file = tmp_path / "signers.toml"
    file.write_text("\n".join(lines) + RULE)
    monkeypatch.setenv("SEALSTREAM_SIGNERS", str(file))
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "state"))
    return file


def event(tmp_path: Path, source: str | None) -> Path:
    data = {"content": {"id": "a", "mime": "image/png", "operation": "generated"}, "service": {"id": "painter"}}
    data["content"]["text"] = "x"
    file = tmp_path / "event.json"
    whole = {"specversion": "1.0", "id": "1", "source": source, "type": "sealstream.generation.v1", "data": data}
    file.write_bytes(orjson.dumps(data if source is None else whole))
    return file


def test_identities_and_rules_are_listed_in_their_order(typed: Run, signers: Path) -> None:
    code, out, _ = typed("signers", "list", "--json")
    told = orjson.loads(out)
    assert code == 0
    assert [(identity["name"], identity["default"], identity["trouble"]) for identity in told["identities"]] == [
        ("house", True, None),
        ("studio", False, None),
    ]
    asks = "source_prefix = https://studio.example/ and service.id = painter"
    assert told["rules"] == [{"number": 1, "asks": asks, "identity": "studio"}]
    assert f"rule 1: {asks} is signed by studio" in typed("signers", "list")[1]


def test_a_certificate_that_cannot_be_used_is_said_beside_the_others(typed: Run, signers: Path) -> None:
    (signers.parent / "studio" / "signer.pem").write_text("no certificate")
    code, out, _ = typed("signers", "list", "--json")
    house, studio = orjson.loads(out)["identities"]
    assert code == 2
    assert house["trouble"] is None
    assert "The identity studio of" in studio["trouble"]


@pytest.mark.parametrize(
    ("source", "rule", "identity"),
    [("https://studio.example/a", 1, "studio"), ("https://other.example", None, "house"), (None, None, "house")],
)
def test_which_identity_signs_an_event_is_explained(
    typed: Run, signers: Path, tmp_path: Path, source: str | None, rule: int | None, identity: str
) -> None:
    code, out, _ = typed("signers", "explain", event(tmp_path, source), "--json")
    told = orjson.loads(out)
    assert code == 0
    assert (told["rule"], told["identity"]["name"], told["service"]) == (rule, identity, {"id": "painter"})
    shown = typed("signers", "explain", event(tmp_path, source))[1]
    assert f"Signed by {identity}" in shown
    assert ("rule 1: source_prefix" if rule else "no rule takes it") in shown


def test_without_a_file_the_only_one_signs(typed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path))
    assert "it is the only one" in typed("signers", "explain", event(tmp_path, "https://a.example"))[1]


def test_what_is_no_generation_event_is_refused(typed: Run, signers: Path, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"specversion": "1.0", "id": "1", "source": "s", "type": "sealstream.activity.v1", "data": {}}')
    assert typed("signers", "explain", file)[0] == 1


def test_a_file_is_sealed_by_the_identity_that_is_named(typed: Run, signers: Path, tmp_path: Path) -> None:
    asset = tmp_path / "story.md"
    asset.write_text("Once.\n")
    serials = {
        identity["name"]: identity["serial"]
        for identity in orjson.loads(typed("signers", "list", "--json")[1])["identities"]
    }
    code, out, err = typed("seal", asset, "--identity", "studio", "--json")
    assert code == 0, err
    told = orjson.loads(out)
    assert (told["credential"]["credential"], told["credential"]["signer"]["serial"]) == ("valid", serials["studio"])
    assert told["development_signer"] is False
    code, _, err = typed("seal", asset, "--identity", "press", "--force")
    assert code == 2
    assert "There is no signing identity press" in err


def test_doctor_has_each_sign_and_a_fault_of_one_hides_no_other(
    typed: Run, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Brokers and the store are none of this test's, and would be waited for.
    monkeypatch.setattr("agents.cli.doctor._OF_WORKERS", {"certificate": doctor._OF_WORKERS["certificate"]})
    (signers.parent / "studio" / "signer.pem").unlink()
    said = [
        diagnosis
        for diagnosis in orjson.loads(typed("doctor", "--json")[1])["found"]
        if diagnosis["place"] == "certificate"
    ]
    assert [diagnosis["state"] for diagnosis in said] == ["ok", "fault"]
    assert said[0]["said"].startswith("house: the certificate is valid for")
    assert said[1]["said"].startswith("studio: The identity studio of")


def test_a_fault_of_the_file_is_the_operators(typed: Run, signers: Path, tmp_path: Path) -> None:
    signers.write_text(signers.read_text() + RULE)
    for command in (("signers", "list"), ("signers", "explain", event(tmp_path, "s")), ("seal", signers)):
        code, _, err = typed(*command)
        assert code == 2
        assert "rule 2 takes nothing: rule 1 takes all of it" in err
