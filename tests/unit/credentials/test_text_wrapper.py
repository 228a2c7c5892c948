"""The run of invisible characters: what is written, what is found, and what is not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials.text import BrokenWrapperError, find_wrapper, unwrapped, wrapped

TEXT = "Grüße, 世界.\n".encode()
STORE = b"c2pa-manifest-01"

stores = st.binary(min_size=1, max_size=400)
texts = st.text(max_size=60).map(lambda text: text.encode("utf-8", "ignore"))


def selectors(carried: bytes) -> bytes:
    """The mapping of A.8.3, written down once more."""
    return "".join(chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16) for byte in carried).encode()


def run(carried: bytes) -> bytes:
    return "\ufeff".encode() + selectors(carried)


def header(length: int, version: int = 1) -> bytes:
    return b"C2PATXT\x00" + bytes([version]) + length.to_bytes(4, "big")


def test_a_run_is_what_the_annex_says() -> None:
    assert wrapped(STORE) == run(header(16) + STORE)
    assert len(wrapped(STORE)) == 114  # the length that the specification's working group has in its test vectors


@given(texts, stores, texts)
def test_what_is_put_in_is_found_again_wherever_it_is(before: bytes, store: bytes, behind: bytes) -> None:
    found = find_wrapper(before + wrapped(store) + behind)
    assert found is not None
    assert found.store == store
    assert (found.start, found.stop) == (len(before), len(before) + len(wrapped(store)))


@given(texts, stores, texts)
def test_without_the_run_a_text_is_what_it_was(before: bytes, store: bytes, behind: bytes) -> None:
    assert unwrapped(before + wrapped(store) + behind) == before + behind
    assert unwrapped(before + wrapped(store) + behind + wrapped(STORE)) == before + behind


@given(texts, stores)
def test_a_run_shows_nothing(text: bytes, store: bytes) -> None:
    added = (text + wrapped(store)).decode()[len(text.decode()) :]
    assert set(added) <= {"\ufeff", *map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        TEXT,
        b"\xef\xbb\xbfA byte order mark, as some editors write.",
        "A smile ☺️ and a joined family 👩‍👩‍👧.".encode(),
        "Ideographs with variants 葛󠄀 葛󠄁.".encode(),
        run(b"C2PATX"),
        run(b"C2PATXT\x01" + header(16)[8:] + STORE),
        selectors(header(16) + STORE),
        bytes(range(256)),
    ],
)
def test_ordinary_text_carries_nothing(text: bytes) -> None:
    assert find_wrapper(text) is None
    assert unwrapped(text) == text


@pytest.mark.parametrize(
    "broken",
    [
        run(header(16)[:8]),
        run(header(16)[:12]),
        run(header(16)),
        run(header(16) + STORE[:-1]),
        run(header(0)),
        run(header(16, version=2) + STORE),
        run(header(2**32 - 1) + STORE),
        wrapped(STORE)[:-4],
        wrapped(STORE)[:-1],
        wrapped(STORE)[:-3],
        wrapped(STORE[:-1] + b"\x01")[:-1],
        wrapped(STORE[:-1] + b"\x01")[:-2],
    ],
    ids=[
        *("magic", "header", "no store", "cut", "empty", "version", "too long", "last selector lost"),
        *("within four bytes", "after one of four", "within three bytes", "after one of three"),
    ],
)
def test_a_broken_run_is_told_and_not_taken_for_none(broken: bytes) -> None:
    with pytest.raises(BrokenWrapperError) as told:
        find_wrapper(TEXT + broken)
    assert told.value.code == "manifest.text.corruptedWrapper"
    assert unwrapped(TEXT + broken) == TEXT


def test_two_whole_runs_are_refused_because_nobody_can_say_which_is_meant() -> None:
    with pytest.raises(BrokenWrapperError) as told:
        find_wrapper(TEXT + wrapped(STORE) + b"and" + wrapped(b"another"))
    assert told.value.code == "manifest.text.multipleWrappers"


def test_a_broken_run_does_not_hide_a_whole_one() -> None:
    found = find_wrapper(run(header(99)) + TEXT + wrapped(STORE))
    assert found is not None
    assert found.store == STORE


def test_filling_is_read_over_and_nothing_else_behind_a_store_is() -> None:
    filled = run(header(16) + STORE + b"\x00\x10\x10")
    found = find_wrapper(TEXT + filled)
    assert found is not None
    assert (found.store, found.stop, found.filled_stop) == (STORE, len(TEXT) + 114, len(TEXT + filled))
    smuggled = run(header(16) + STORE + b"hidden")
    found = find_wrapper(TEXT + smuggled)
    assert found is not None
    assert found.stop == found.filled_stop == len(TEXT) + 114
    assert unwrapped(TEXT + smuggled) == TEXT + selectors(b"hidden")


def test_runs_inside_runs_are_taken_away_in_the_end_or_refused() -> None:
    text = TEXT + "\ufeff".encode() + wrapped(STORE) + selectors(header(16) + STORE)
    assert unwrapped(text) == TEXT
    nested = "\ufeff".encode() * 40 + selectors(header(16) + STORE) * 40
    with pytest.raises(BrokenWrapperError):
        unwrapped(nested)
