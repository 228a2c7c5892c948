"""Manifests beside files, under names that files share: whose they are, and what that means."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.credentials import SealOrder, Software
from pipeline.credentials.development import development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from tests.unit.cli.test_files import image, judged, run

__all__ = ["image", "run"]

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two files that differ in nothing but their extension, as far as their names go."""
    page, data = tmp_path / "story.html", tmp_path / "story.json"
    page.write_bytes(b"<p>Once upon a time.</p>\n")
    data.write_bytes(b'{"once": "upon a time"}\n')
    return page, data


def sealed(run: Run, *arguments: object) -> dict[str, Any]:
    code, out, err = run("seal", *arguments, "--json")
    assert code == 0, err
    answer: dict[str, Any] = json.loads(out)
    return answer


def kinds(answer: dict[str, Any]) -> list[str]:
    return [alert["kind"] for alert in answer["alerts"]]


def test_the_second_file_of_one_name_gets_a_manifest_of_its_own_and_both_read_valid(
    run: Run, pair: tuple[Path, Path]
) -> None:
    page, data = pair
    assert sealed(run, page)["manifest"] == str(page.with_name("story.c2pa"))
    assert sealed(run, data)["manifest"] == str(page.with_name("story.json.c2pa"))
    for file in pair:
        answer = judged(run, file)
        assert (answer["credential"], answer["decision"], answer["alerts"]) == ("valid", "allow", [])


@pytest.mark.parametrize("declared", ["human", "unknown"])
def test_a_neighbours_manifest_says_nothing_of_a_file(run: Run, pair: tuple[Path, Path], declared: str) -> None:
    page, data = pair
    sealed(run, page)
    answer = judged(run, data, "--declared", declared)
    assert (answer["credential"], answer["trust"], answer["ai_generated"]) == ("absent", "none", None)
    assert (kinds(answer), answer["decision"]) == (["sidecar-foreign"], "allow")
    assert judged(run, data, "--declared", "ai")["decision"] == "hold"


def test_where_two_files_want_one_manifest_that_fits_neither_nothing_tells_whose_it_is(
    run: Run, pair: tuple[Path, Path]
) -> None:
    page, _ = pair
    sealed(run, page)
    page.write_bytes(page.read_bytes().replace(b"upon", b"down"))
    for file in pair:
        answer = judged(run, file, "--declared", "unknown")
        assert (kinds(answer), answer["decision"], answer["credential"]) == (["sidecar-unfit"], "hold", "invalid")


def test_a_manifest_under_the_whole_name_or_one_that_nobody_else_can_want_is_about_this_file(
    run: Run, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    page, data = pair
    sealed(run, page)
    sealed(run, data)
    data.write_bytes(data.read_bytes().replace(b"upon", b"down"))
    assert kinds(judged(run, data)) == ["content-tampered"]
    alone = tmp_path / "alone.html"
    alone.write_bytes(page.read_bytes())
    sealed(run, alone)
    alone.write_bytes(b"<p>Twice.</p>\n")
    answer = judged(run, alone)
    assert (kinds(answer), answer["decision"]) == (["content-tampered"], "block")


@pytest.mark.parametrize(
    ("title", "kind"),
    [("story.html", "content-tampered"), ("story.webm", "sidecar-foreign"), ("A story", "sidecar-unfit")],
)
def test_whose_a_manifest_is_it_may_say_itself(
    run: Run, pair: tuple[Path, Path], tmp_path: Path, title: str, kind: str
) -> None:
    """Ours name no file, which may be personal; those of other programs do."""
    order = SealOrder(
        media_type="text/html",
        operation="generated",
        digital_source_type=AI,
        claim_generator=Software(name="another program"),
        title=title,
    )
    chain = development_chain(tmp_path / "chain")
    service = InProcessCredentialService(signing=chain.material)
    manifest = service.seal(b"<p>Other words.</p>\n", order).manifest
    pair[0].with_name("story.c2pa").write_bytes(manifest)
    found = set(kinds(judged(run, pair[0], "--declared", "unknown"))) - {"signer-untrusted"}
    assert found == {kind}


def test_a_manifest_that_is_handed_over_is_meant(run: Run, pair: tuple[Path, Path]) -> None:
    page, data = pair
    manifest = sealed(run, page)["manifest"]
    answer = judged(run, data, "--manifest", manifest)
    assert (kinds(answer), answer["decision"]) == (["content-tampered"], "block")


def test_other_line_ends_are_told_beside_a_text_too(run: Run, pair: tuple[Path, Path]) -> None:
    page, _ = pair
    sealed(run, page)
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    answer = judged(run, page)
    assert (kinds(answer), answer["decision"]) == (["line-ends-changed"], "allow")


def test_sealing_again_overwrites_a_files_own_manifest_by_force_alone_and_never_anothers(
    run: Run, pair: tuple[Path, Path]
) -> None:
    page, data = pair
    first = Path(sealed(run, page)["manifest"]).read_bytes()
    sealed(run, data)
    for file in pair:
        code, _, err = run("seal", file)
        assert (code, "is there already" in err) == (1, True)
    own = sealed(run, data, "--force")["manifest"]
    assert own == str(data.with_name("story.json.c2pa"))
    assert data.with_name("story.c2pa").read_bytes() == first


def test_a_manifest_store_is_read_as_what_it_is(run: Run, pair: tuple[Path, Path]) -> None:
    manifest = sealed(run, pair[0])["manifest"]
    answer = judged(run, manifest)
    assert (answer["credential"], answer["trust"], answer["ai_generated"]) == ("invalid", "trusted", True)
    assert (answer["binding"], kinds(answer), answer["decision"]) == (None, ["manifest-alone"], "hold")
    assert "carries no credential" not in run("inspect", manifest)[1]
