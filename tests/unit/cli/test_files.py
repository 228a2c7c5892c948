"""`sealstream seal` and `sealstream inspect`, as a person types them."""

import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.labels.implicit.aigc import first_write
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import LabelsToWrite
from tests.unit.cli.typing import Run
from tests.unit.house import png
from tests.unit.labels.implicit.makers import pdf


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, typed: Run, tmp_path: Path) -> Run:
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(tmp_path / "state"))

    return typed


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    return path


def judged(run: Run, *arguments: object) -> dict[str, Any]:
    code, out, _ = run("inspect", *arguments, "--json")
    assert code == 0
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_a_sealed_image_inspects_as_valid_and_trusted(run: Run, image: Path) -> None:
    assert run("seal", image)[0] == 0
    answer = judged(run, image.with_name("a.sealed.png"))
    assert (answer["credential"], answer["trust"], answer["ai_generated"]) == ("valid", "trusted", True)
    assert (answer["alerts"], answer["decision"]) == ([], "allow")


def test_the_implicit_label_of_a_file_is_read_and_believed(run: Run, image: Path) -> None:
    marks = LabelsToWrite(aigc=first_write("studio", "1"))
    image.write_bytes(InProcessImplicitLabeler().label(png(), "image/png", marks).asset)
    answer = judged(run, image, "--declared", "human")
    assert (answer["credential"], answer["implicit_label"], answer["decision"]) == ("absent", "1", "hold")
    assert [alert["kind"] for alert in answer["alerts"]] == ["undeclared-ai"]
    assert "implicit label" in run("inspect", image)[1]


def with_text(keyword: str, said: str) -> bytes:
    chunk = b"tEXt" + keyword.encode() + b"\0" + said.encode()
    body = png()
    return body[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + body[33:]


def test_a_partial_label_is_shown_with_what_it_lacks(run: Run, image: Path) -> None:
    image.write_bytes(with_text("AIGC", '{"Label":"1","ContentProducer":"p","ProduceID":"7"}'))
    answer = judged(run, image, "--declared", "human")
    (label,) = answer["marks"]["labels"]
    assert (answer["implicit_label"], answer["decision"], label["carrier"]) == ("1", "hold", "png.text")
    assert label["problems"] == [
        f"{key} is missing" for key in ("ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
    ]
    assert "1 (png.text), ReservedCode1 is missing" in run("inspect", image)[1].replace("\n", " ")
    code, _, err = run("propagate", image, "--by", "feed.example", "--id", "1")
    assert code == 1
    assert "does not conform" in err
    assert "PropagateID is missing" in err


def test_a_vendors_sign_is_shown_and_is_no_label(run: Run, image: Path) -> None:
    image.write_bytes(with_text("parameters", "a secret prompt"))
    answer = judged(run, image, "--declared", "human")
    assert (answer["implicit_label"], answer["marks"]["labels"], answer["decision"]) == (None, [], "allow")
    assert [(sign["ai"], sign["weight"]) for sign in answer["marks"]["vendor_signs"]] == [(True, "weak")]
    assert [(alert["kind"], alert["action"]) for alert in answer["alerts"]] == [("vendor-sign", "alert")]
    shown = run("inspect", image)[1]
    assert "vendor's sign" in shown
    assert "secret" not in shown


def test_what_could_not_be_read_is_said(run: Run, image: Path) -> None:
    image.write_bytes(png()[:-4])
    answer = judged(run, image, "--declared", "human")
    assert (answer["implicit_label"], answer["decision"]) == (None, "hold")
    assert "broken" in answer["marks"]["unreadable"]
    assert "label-unreadable" in [alert["kind"] for alert in answer["alerts"]]
    assert "could not be read" in run("inspect", image)[1]


def test_an_encrypted_document_stays_as_it_is_and_the_answer_says_why(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    body = pdf(encryption=pikepdf.Encryption(owner="harbour", user=""))
    file.write_bytes(body)
    code, out, _ = run("seal", file, "--json")
    because = "The PDF document is encrypted, and would not be afterwards."
    assert (code, json.loads(out)["binding"], json.loads(out)["sidecar_because"]) == (0, "sidecar", because)
    assert file.read_bytes() == body
    shown = run("seal", file, "--force")[1]
    assert "beside because" in shown
    assert because in " ".join(shown.split())


def test_a_manifest_inside_a_file_needs_no_reason(run: Run, image: Path) -> None:
    _, out, _ = run("seal", image, "--json")
    assert (json.loads(out)["binding"], json.loads(out)["sidecar_because"]) == ("embedded", None)
    assert "beside because" not in run("seal", image, "--force")[1]


def test_a_page_gets_a_manifest_beside_it_that_inspect_finds(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "story.md"
    text.write_text("Once upon a time.\n")
    code, out, _ = run("seal", text, "--json")
    assert (code, json.loads(out)["binding"]) == (0, "sidecar")
    assert (tmp_path / "story.c2pa").exists()
    assert judged(run, text)["credential"] == "valid"
    text.write_text("Twice upon a time.\n")
    changed = judged(run, text)
    assert changed["credential"] == "invalid"
    assert [alert["kind"] for alert in changed["alerts"]] == ["content-tampered"]


def test_a_plain_text_carries_its_manifest_unseen(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "story.txt"
    text.write_text("Once upon a time.\n")
    code, out, _ = run("seal", text, "--json")
    assert (code, json.loads(out)["binding"]) == (0, "embedded")
    sealed = tmp_path / "story.sealed.txt"
    assert sealed.read_text().startswith("Once upon a time.\n")
    answer = judged(run, sealed)
    assert (answer["credential"], answer["trust"], answer["alerts"]) == ("valid", "trusted", [])
    sealed.write_text(sealed.read_text().replace("Once", "Twice"))
    changed = judged(run, sealed)
    assert changed["credential"] == "invalid"
    assert [alert["kind"] for alert in changed["alerts"]] == ["content-tampered"]


@pytest.mark.parametrize(
    ("declared", "kinds"),
    [((), []), (("--declared", "ai"), ["unlabeled"]), (("--declared", "human"), []), (("--declared", "unknown"), [])],
)
def test_a_file_without_a_credential_is_unlabeled_only_if_it_is_declared_ai(
    run: Run, image: Path, declared: tuple[str, ...], kinds: list[str]
) -> None:
    answer = judged(run, image, *declared)
    assert (answer["credential"], answer["trust"], answer["ai_generated"]) == ("absent", "none", None)
    assert [alert["kind"] for alert in answer["alerts"]] == kinds


def test_a_sealed_file_that_is_declared_human_is_undeclared_ai(run: Run, image: Path) -> None:
    run("seal", image)
    answer = judged(run, image.with_name("a.sealed.png"), "--declared", "human")
    assert [(alert["kind"], alert["severity"], alert["code"]) for alert in answer["alerts"]] == [
        ("undeclared-ai", "high", None)
    ]


def test_nothing_is_overwritten_unasked(run: Run, image: Path) -> None:
    run("seal", image)
    code, _, err = run("seal", image)
    assert code == 1
    assert "is there already" in err
    assert run("seal", image, "--force")[0] == 0


@pytest.mark.parametrize("command", ["seal", "inspect"])
def test_a_file_that_is_not_there_is_one_sentence_and_exit_code_1(run: Run, tmp_path: Path, command: str) -> None:
    code, out, err = run(command, tmp_path / "nothing.png")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "nothing.png" in err


def test_a_setting_that_cannot_be_used_is_exit_code_2_and_named(
    run: Run, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEALSTREAM_SIGN_CERT", "/nowhere/cert.pem")
    code, _, err = run("seal", image)
    assert code == 2
    assert "SEALSTREAM_SIGN_KEY" in err


def test_garbage_that_calls_itself_an_image_is_judged(run: Run, tmp_path: Path) -> None:
    garbage = tmp_path / "a.jpg"
    garbage.write_bytes(b"\x00garbage" * 100)
    assert judged(run, garbage)["credential"] in ("absent", "malformed")


def test_help_teaches_every_command(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in ("demo", "worker", "seal", "inspect", "lookup", "publish", "topics", "bucket", "alerts"):
        assert command in out
        assert run(command, "--help")[0] == 0


def test_the_version_is_told(run: Run) -> None:
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("sealstream 0.")


@pytest.mark.parametrize("command", [("inspect",), ("propagate", "--by", "feed.example", "--id", "1")])
def test_what_only_reads_needs_no_signing_key_and_makes_none(
    run: Run, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    state = tmp_path / "state-of-nobody"
    monkeypatch.setenv("SEALSTREAM_STATE_DIR", str(state))
    monkeypatch.setenv("SEALSTREAM_SIGN_CERT", "/nowhere/cert.pem")
    monkeypatch.setenv("SEALSTREAM_SIGN_KEY", "/nowhere/key.pem")
    _, _, err = run(command[0], image, *command[1:])
    assert "/nowhere" not in err
    assert not state.exists()
    monkeypatch.delenv("SEALSTREAM_SIGN_CERT")
    monkeypatch.delenv("SEALSTREAM_SIGN_KEY")
    run(command[0], image, *command[1:])
    assert not state.exists()


def test_what_was_sealed_here_is_trusted_here(run: Run, image: Path) -> None:
    run("seal", image)
    answer = judged(run, image.with_name("a.sealed.png"))
    assert (answer["credential"], answer["trust"]) == ("valid", "trusted")


@pytest.mark.parametrize(("name", "said"), [("a.jpg", ["type-mismatch"]), ("a.bin", []), ("a", []), ("a.png", [])])
def test_a_file_is_what_its_bytes_are_whatever_it_is_called(run: Run, image: Path, name: str, said: list[str]) -> None:
    named = image.rename(image.with_name(name)) if name != image.name else image
    run("seal", named, "--out", named.with_name("out.png"))
    answer = judged(run, named.with_name("out.png").rename(named.with_name("copy-of-" + name)))
    assert (answer["media_type"], answer["credential"]) == ("image/png", "valid")
    assert [alert["kind"] for alert in answer["alerts"]] == said


class TestFolder:
    """`sealstream seal FOLDER`."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "pictures"
        (folder / "deep").mkdir(parents=True)
        (folder / "a.png").write_bytes(png())
        (folder / "deep" / "notes.md").write_text("# Tides\n")
        (folder / "deep" / "notes.json").write_text('{"tide": 7}')
        (folder / ".hidden.png").write_bytes(png())
        (folder / "empty.txt").write_bytes(b"")
        return folder

    def test_every_file_is_sealed_into_a_folder_of_the_same_shape_and_what_cannot_be_is_named(
        self, run: Run, folder: Path
    ) -> None:
        code, out, _ = run("seal", folder, "--json")
        answer = json.loads(out)
        assert code == 1
        assert [Path(done["file"]).name for done in answer["done"]] == ["a.png", "notes.json", "notes.md"]
        assert [Path(refused["file"]).name for refused in answer["refused"]] == ["empty.txt"]
        target = folder.with_name("pictures.sealed")
        assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()) == [
            "a.png",
            *("deep/notes.json", "deep/notes.json.c2pa", "deep/notes.md", "deep/notes.md.c2pa"),
        ]
        for name in ("a.png", "deep/notes.json", "deep/notes.md"):
            assert judged(run, target / name)["credential"] == "valid"

    def test_it_goes_on_where_it_was(self, run: Run, folder: Path) -> None:
        run("seal", folder)
        target = folder.with_name("pictures.sealed")
        before = (target / "a.png").read_bytes()
        (target / "deep" / "notes.md").unlink()  # its manifest is there: this is where it was stopped
        (folder / "empty.txt").unlink()
        code, out, _ = run("seal", folder)
        assert code == 0
        assert "1 sealed, 2 left out (done before), 0 refused" in out
        assert (target / "a.png").read_bytes() == before
        assert judged(run, target / "deep" / "notes.md")["credential"] == "valid"
        assert not list(target.rglob("*.part"))

    def test_a_file_whose_name_is_no_utf_8_is_refused_by_a_name_that_can_be_printed(
        self, run: Run, folder: Path
    ) -> None:
        odd = folder / os.fsdecode(b"caf\xe9.png")
        odd.write_bytes(png())
        (folder / "empty.txt").unlink()
        code, out, _ = run("seal", folder, "--json")
        answer = json.loads(out)
        assert code == 1
        assert [refused["file"] for refused in answer["refused"]] == [str(folder / r"caf\xe9.png")]
        assert len(answer["done"]) == 3
        for command in ("seal", "inspect"):
            code, _, err = run(command, odd)
            assert (code, r"caf\xe9.png is no UTF-8" in err) == (1, True)

    @pytest.mark.parametrize(("here", "name"), [(".", "."), ("deep", "..")])
    def test_a_folder_is_sealed_beside_itself_however_it_is_typed(
        self, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, here: str, name: str
    ) -> None:
        for left_out in ("empty.txt", "deep/notes.md", "deep/notes.json"):
            (folder / left_out).unlink()
        monkeypatch.chdir(folder / here)
        code, _, err = run("seal", name)
        assert (code, err) == (0, "")
        assert (folder.with_name("pictures.sealed") / "a.png").exists()

    def test_what_has_no_place_beside_it_is_not_sealed(self, run: Run) -> None:
        code, _, err = run("seal", "/")
        assert code == 2
        assert "Name a folder in it" in err

    def test_a_place_that_cannot_be_made_is_a_wrong_argument(self, run: Run, folder: Path) -> None:
        taken = folder.with_name("taken")
        taken.write_text("a file")
        for place in (taken, taken / "sealed"):
            code, _, err = run("seal", folder, "--out", place)
            assert code == 2
            assert f"{place} cannot be made: " in err
            assert "--out" in err

    def test_a_file_that_has_no_place_is_refused_and_the_others_go_on(self, run: Run, folder: Path) -> None:
        (folder / "empty.txt").unlink()
        (folder / f"{'x' * 250}.md").write_text("# A name that leaves no room for that of its manifest")
        target = folder.with_name("there")
        target.mkdir()
        (target / "deep").write_text("a file where a folder should be")
        code, out, _ = run("seal", folder, "--out", target, "--json")
        answer = json.loads(out)
        assert code == 1
        assert [Path(done["file"]).name for done in answer["done"]] == ["a.png"]
        assert len(answer["refused"]) == 3
        assert all("cannot be written: " in refused["what"] for refused in answer["refused"])

    def test_a_folder_cannot_be_sealed_into_itself_nor_an_empty_one_at_all(
        self, run: Run, folder: Path, tmp_path: Path
    ) -> None:
        code, _, err = run("seal", folder, "--out", folder / "sealed")
        assert code == 2
        assert "--out" in err
        (tmp_path / "nothing").mkdir()
        assert run("seal", tmp_path / "nothing")[0] == 1
