"""One table of media types: every other table in the house agrees with it, under every spelling."""

import pytest

from pipeline.credentials.traces import TRACES, embeds, reading_hint
from pipeline.evidence.content import media_facts
from pipeline.fingerprints.coder import is_picture
from pipeline.fingerprints.media_formats import AUDIO_TYPES, VIDEO_TYPES
from pipeline.fingerprints.texts import TEXT_TYPES
from pipeline.labels.explicit.checking import CHECKERS
from pipeline.labels.explicit.writing import WRITERS, reason_against
from pipeline.labels.implicit.table import ROWS, row_of
from pipeline.media_types import FORMATS, canonical, extension_of, format_of, named_by
from pipeline.store import Layout

SPELLINGS = [
    (spelled, known.name)
    for known in FORMATS.values()
    for alias in (known.name, *known.aliases)
    for spelled in (alias, alias.upper(), f" {alias} ; charset=utf-8")
]


@pytest.mark.parametrize(("spelled", "name"), SPELLINGS)
def test_a_format_has_one_name_and_every_table_knows_it_by_every_spelling(spelled: str, name: str) -> None:
    layout = Layout(content_bucket="content", records_bucket="records")
    assert canonical(spelled) == name
    assert format_of(spelled) is FORMATS[name]
    assert extension_of(spelled) == FORMATS[name].extensions[0]
    assert embeds(spelled) == embeds(name)
    assert reading_hint(spelled) == name
    assert row_of(spelled) is row_of(name)
    assert is_picture(spelled) == is_picture(name)
    assert media_facts(spelled) == media_facts(name)
    assert reason_against(spelled) == reason_against(name)
    assert layout.sealed("cd" * 32, "ab" * 32, spelled) == layout.sealed("cd" * 32, "ab" * 32, name)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(TRACES, id="embedding"),
        pytest.param(AUDIO_TYPES, id="fingerprints of sound"),
        pytest.param(VIDEO_TYPES, id="fingerprints of video"),
        pytest.param(TEXT_TYPES, id="fingerprints of text"),
        pytest.param({name for row in ROWS for name in row.media_types}, id="implicit labels"),
        pytest.param(WRITERS, id="writing explicit labels"),
        pytest.param({name for name in CHECKERS if "/" in name}, id="checking explicit labels"),
    ],
)
def test_no_table_knows_a_name_that_is_not_canonical(table: dict[str, object]) -> None:
    assert set(table) <= set(FORMATS)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_has_a_row_about_implicit_labels(name: str) -> None:
    row = row_of(name)
    assert name in row.media_types
    assert (row.carrier is None) == (row.reason is not None)


def test_no_spelling_and_no_extension_means_two_formats() -> None:
    spellings = [spelled for known in FORMATS.values() for spelled in (known.name, *known.aliases)]
    extensions = [extension for known in FORMATS.values() for extension in known.extensions]
    assert len(spellings) == len(set(spellings))
    assert len(extensions) == len(set(extensions))


@pytest.mark.parametrize("known", FORMATS.values(), ids=lambda known: known.label)
def test_every_extension_names_its_format_in_any_case(known: object) -> None:
    for extension in known.extensions:  # type: ignore[attr-defined]
        assert named_by(f"holiday.{extension}") == named_by(f"HOLIDAY.{extension.upper()}") == known.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["photo", "photo.", ".jpg", "photo.exe", ""])
def test_other_names_tell_nothing(name: str) -> None:
    assert named_by(name) is None


@pytest.mark.parametrize(
    ("media_type", "medium"),
    [
        ("image/jpg", "image"),
        ("application/mp4", "video"),
        ("application/ogg", "audio"),
        ("application/pdf", "text"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text"),
        ("text/x-made-up", "text"),
        ("application/json", "text"),
        ("application/xml", "text"),
    ],
)
def test_the_medium_is_what_people_meet(media_type: str, medium: str) -> None:
    assert media_facts(media_type) == {"content.media": medium}


@pytest.mark.parametrize("media_type", ["application/zip", "application/x-made-up", "", "nonsense"])
def test_what_holds_other_files_or_is_unknown_has_no_medium(media_type: str) -> None:
    assert media_facts(media_type) == {}
