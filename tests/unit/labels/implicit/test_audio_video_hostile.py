"""Files that somebody broke on purpose, or that broke on the way: a refusal, and nothing else, in time."""

import time
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.labels.implicit import ImplicitRefusedError, LabelsToWrite, Latent, first_write, read_labels, write_labels
from tests.unit.labels.implicit.audio_video_makers import KINDS, content, made, media_type_of
from tests.unit.labels.implicit.makers import LABELS

SLOWEST = 5.0

# The encoders make each file once, in the first example.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)

names = st.sampled_from(sorted(KINDS))
numbers = st.sampled_from(
    [b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x01", b"\x80"]
)


@st.composite
def places(draw: st.DrawFn, length: int) -> int:
    """A place in a file; most of what a parser looks at is at the beginning or at the end."""
    match draw(st.sampled_from(["beginning", "end", "anywhere"])):
        case "beginning":
            return draw(st.integers(0, min(800, length)))
        case "end":
            return draw(st.integers(max(0, length - 800), length))
        case _:
            return draw(st.integers(0, length))


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file with marks or without, in which bytes were changed, put in, taken out, repeated, or cut off."""
    name = draw(names)
    body = bytearray(made(name))
    if draw(st.booleans()):
        body = bytearray(write_labels(bytes(body), media_type_of(name), LABELS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(places(len(body)))
        match draw(st.sampled_from(["change", "insert", "remove", "repeat", "cut", "flip"])):
            case "change":
                with_what = draw(numbers)
                body[at : at + len(with_what)] = with_what
            case "insert":
                body[at:at] = draw(st.binary(max_size=16) | numbers)
            case "remove":
                del body[at : at + draw(st.integers(1, 64))]
            case "repeat":
                body[at:at] = body[at : at + 200] * draw(st.integers(1, 5))
            case "cut":
                del body[at:]
            case _:
                if at < len(body):
                    body[at] ^= 1 << draw(st.integers(0, 7))
    return name, bytes(body)


@unhurried
@given(broken())
def test_broken_files_are_read_or_refused_and_nothing_else(file: tuple[str, bytes]) -> None:
    name, body = file
    started = time.monotonic()
    found = read_labels(body, media_type_of(name))
    assert found.refused is None or found.aigc == ()
    assert time.monotonic() - started < SLOWEST


@unhurried
@given(broken())
def test_broken_files_take_marks_that_can_be_read_back_or_are_refused(file: tuple[str, bytes]) -> None:
    name, body = file
    started = time.monotonic()
    with suppress(ImplicitRefusedError):
        written = write_labels(body, media_type_of(name), LABELS)
        assert read_labels(written, media_type_of(name)).show(LABELS)
    assert time.monotonic() - started < SLOWEST


@unhurried
@given(names, st.binary(max_size=300), st.integers(0, 16))
def test_noise_behind_a_right_beginning_is_refused_or_shows_no_conforming_mark(
    name: str, noise: bytes, beginning: int
) -> None:
    found = read_labels(made(name)[:beginning] + noise, media_type_of(name))
    assert found.conforming is None


signs = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'), min_size=1, max_size=99
)
texts = st.text(st.characters(min_codepoint=0x20, exclude_categories=["C", "Z"]), min_size=1, max_size=200)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(names, signs, signs, texts, texts)
def test_whatever_the_marks_say_is_read_back_and_heard_and_seen_by_nobody(
    name: str, producer: str, number: str, provider: str, unique: str
) -> None:
    marks = LabelsToWrite(
        aigc=first_write(producer, number),
        latent=Latent(
            provider_name=provider,
            system_name="painter",
            system_version="1",
            created_at="2026-05-01T12:00:00+08:00",
            unique_id=unique,
        ),
    )
    written = write_labels(made(name), media_type_of(name), marks)
    assert read_labels(written, media_type_of(name)).show(marks)
    assert content(written) == content(made(name))
