"""Files that somebody damaged, by chance or on purpose: read or refused, marked or refused, and nothing else ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.labels.implicit import ImplicitRefusedError, found_facts, read_labels, write_labels
from tests.unit.labels.implicit.makers import LABELS, MAKERS, OTHER, made, media_type_of

EXTREMES = (b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x01")


@st.composite
def damages(draw: st.DrawFn, body: bytes) -> bytes:
    """A file after up to six accidents: bytes overwritten, lost, doubled, or put in."""
    damaged = bytearray(body)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(damaged) - 1, 0)))
        length = draw(st.integers(0, 24))
        match draw(st.sampled_from(["overwrite", "lose", "double", "put in", "cut off"])):
            case "overwrite":
                value = draw(st.sampled_from(EXTREMES) | st.binary(min_size=1, max_size=8))
                damaged[at : at + len(value)] = value
            case "lose":
                del damaged[at : at + length]
            case "double":
                damaged[at:at] = damaged[at : at + length]
            case "put in":
                damaged[at:at] = draw(st.binary(max_size=16))
            case _ if draw(st.integers(0, 9)) == 0:
                del damaged[at:]
            case _:
                pass
    return bytes(damaged)


@pytest.mark.parametrize("marked", [False, True], ids=["unmarked", "marked"])
@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_damaged_file_is_marked_or_refused_and_nothing_else(name: str, *, marked: bool, data: st.DataObject) -> None:
    media_type = media_type_of(name)
    body = write_labels(made(name), media_type, LABELS) if marked else made(name)
    damaged = data.draw(damages(body))
    found = read_labels(damaged, media_type)
    assert found_facts(found) or found.refused
    try:
        written = write_labels(damaged, media_type, OTHER)
    except ImplicitRefusedError:
        return
    assert read_labels(written, media_type).show(OTHER)


@pytest.mark.parametrize("media_type", sorted({media_type_of(name) for name in MAKERS}))
@given(body=st.binary(max_size=300))
def test_any_bytes_at_all_are_marked_or_refused(media_type: str, body: bytes) -> None:
    read_labels(body, media_type)
    try:
        written = write_labels(body, media_type, LABELS)
    except ImplicitRefusedError:
        return
    assert read_labels(written, media_type).show(LABELS)
