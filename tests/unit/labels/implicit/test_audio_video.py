"""What holds for every carrier of audio and video: marks are read back, and nothing that is seen or heard changes."""

import pytest

from pipeline.labels.implicit import (
    ROWS,
    FoundLabels,
    ImplicitRefusedError,
    LabelsToWrite,
    aigc_json,
    read_labels,
    row_of,
    write_labels,
)
from tests.unit.labels.implicit.audio_video_makers import KINDS, TITLE, content, made, media_type_of, metadata
from tests.unit.labels.implicit.makers import AI, LABELS, OTHER

every_kind = pytest.mark.parametrize("name", KINDS)

# ffmpeg shows what it finds in these; of WAV it shows no chunk of unknown name.
SHOWN = [name for name in KINDS if media_type_of(name) != "audio/wav"]


def marked(name: str, marks: LabelsToWrite = LABELS) -> bytes:
    return write_labels(made(name), media_type_of(name), marks)


def found_in(name: str, body: bytes) -> FoundLabels:
    return read_labels(body, media_type_of(name))


def test_every_carrier_of_audio_and_video_is_tested_here() -> None:
    carriers = {
        row.carrier
        for row in ROWS
        if any(media_type.startswith(("audio/", "video/")) for media_type in row.media_types)
    }
    assert carriers - {None} == {row_of(media_type_of(name)).carrier for name in KINDS}


@every_kind
def test_a_file_without_marks_shows_none(name: str) -> None:
    assert found_in(name, made(name)) == FoundLabels()


@every_kind
def test_what_is_written_is_read(name: str) -> None:
    found = found_in(name, marked(name))
    assert found.show(LABELS)
    assert (found.conforming, found.digital_source_types, found.latent) == (LABELS.aigc, (AI,), LABELS.latent)


@every_kind
def test_nothing_that_is_seen_or_heard_changes(name: str) -> None:
    """Streams, packets with their times, and decoded frames: all of them are the same."""
    assert content(marked(name)) == content(made(name))


@every_kind
def test_all_other_descriptions_stay(name: str) -> None:
    before, after = metadata(made(name)), metadata(marked(name))
    assert before.get("title") == (None if name == "mp3-untagged" else TITLE)
    # What a file says of its own layout moves with it.
    sizes = {"datasize", "lastkeyframelocation"}
    assert {key: after.get(key) for key in before if key not in sizes} == {
        key: value for key, value in before.items() if key not in sizes
    }


@pytest.mark.parametrize("name", SHOWN)
def test_another_program_finds_the_mark_under_its_name(name: str) -> None:
    assert LABELS.aigc is not None
    shown = {key.upper(): value for key, value in metadata(marked(name)).items()}
    assert shown["AIGC"] == aigc_json(LABELS.aigc, shape="bare")


@every_kind
def test_writing_the_same_again_gives_the_same_bytes(name: str) -> None:
    written = marked(name)
    assert marked(name) == written
    assert write_labels(written, media_type_of(name), LABELS) == written


@every_kind
def test_another_mark_replaces_the_first_everywhere_and_leaves_the_rest(name: str) -> None:
    twice = write_labels(marked(name), media_type_of(name), OTHER)
    found = found_in(name, twice)
    assert [mark.conforming for mark in found.aigc] == [OTHER.aigc]
    assert (found.digital_source_types, found.latent) == ((AI,), LABELS.latent)
    assert b"content-0001" not in twice
    assert content(twice) == content(made(name))


@every_kind
def test_a_longer_and_a_shorter_mark_take_turns(name: str) -> None:
    """What has found a place once finds one again, however long it is."""
    assert LABELS.latent is not None
    body = made(name)
    for length in (1, 1000, 5, 300, 1000):
        latent = type(LABELS.latent)(**{**_members(LABELS.latent), "provider_name": "ü" * length})
        marks = LabelsToWrite(aigc=LABELS.aigc, latent=latent)
        body = write_labels(body, media_type_of(name), marks)
        assert found_in(name, body).show(marks)
    assert content(body) == content(made(name))


def _members(value: object) -> dict[str, str]:
    return {field: getattr(value, field) for field in value.__struct_fields__}  # type: ignore[attr-defined]


@every_kind
def test_each_kind_of_mark_can_be_written_alone(name: str) -> None:
    for alone in (
        LabelsToWrite(aigc=LABELS.aigc),
        LabelsToWrite(digital_source_type=AI),
        LabelsToWrite(latent=LABELS.latent),
    ):
        found = found_in(name, marked(name, alone))
        assert found.show(alone)
        assert (bool(found.aigc), bool(found.digital_source_types), found.latent is not None) == (
            alone.aigc is not None,
            alone.digital_source_type is not None,
            alone.latent is not None,
        )


@every_kind
def test_nothing_to_write_changes_nothing(name: str) -> None:
    assert marked(name, LabelsToWrite()) == made(name)


# A frame of MP3 says nothing of those after it, and FLAC does not say how many bytes its frames have: such a file plays
# as far as it goes. Ogg pages that follow the comments are not looked at either.
CUT = [name for name in KINDS if media_type_of(name) not in ("audio/mpeg", "audio/flac", "audio/ogg")]


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("lost", [0, 0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_refused_with_the_reason(name: str, lost: float) -> None:
    cut = made(name)[: -max(1, int(len(made(name)) * lost))]
    assert found_in(name, cut).refused
    with pytest.raises(ImplicitRefusedError):
        write_labels(cut, media_type_of(name), LABELS)


@every_kind
@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"RIFF", b"not at all what it says it is", b"ID3\x04\x00\x00", bytes(600)]
)
def test_a_file_that_is_something_else_is_refused(name: str, body: bytes) -> None:
    assert found_in(name, body).refused
    with pytest.raises(ImplicitRefusedError):
        write_labels(body, media_type_of(name), LABELS)
