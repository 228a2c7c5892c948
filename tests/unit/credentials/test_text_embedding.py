"""Fitting a manifest into the length that its own claim states, whatever signing brings."""

import hashlib
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials.text import TextFitter, UnfitTextError, find_wrapper, wrapped

Binding = Any
WIDTHS = {"short": (20, b"\x63pad\x54"), "medium": (200, b"\x63pad\x58\xc8"), "long": (1000, b"\x63pad\x59\x03\xe8")}


class Notary:
    """Makes stores like the library's: a part that is known, a part that is random, and padding to one size."""

    def __init__(self, padding: str = "long", *, varies: int = 64, size: int = 0) -> None:
        self.pad, self.name = WIDTHS[padding]
        self.random = random.Random(padding)
        self.varies = varies
        self.size = size
        self.signed: list[Binding] = []

    def place(self, binding: Binding) -> bytes:
        return self._store(binding, bytes(self.varies))

    def sign(self, binding: Binding) -> bytes:
        self.signed.append(binding)
        return self._store(binding, self.random.randbytes(self.varies))

    def _store(self, binding: Binding, signature: bytes) -> bytes:
        (exclusion,) = binding["data"]["exclusions"]
        width = 2 if exclusion["length"] <= 0xFFFF else 4
        stated = exclusion["length"].to_bytes(width, "big")
        return b"claim" * 50 + b"x" * self.size + stated + signature + self.name + bytes(self.pad) + b"tail"


def embed(fitter: TextFitter, notary: Notary, text: bytes = b"Words.\n", media_type: str = "text/plain") -> bytes:
    sealed, store = fitter.embed(text, media_type, place=notary.place, sign=notary.sign)
    found = find_wrapper(sealed)
    assert found is not None
    assert found.store == store
    stated = notary.signed[-1]["data"]["exclusions"]
    assert stated == [{"start": found.start, "length": found.stop - found.start}]
    return sealed


@pytest.mark.parametrize("padding", ["medium", "long"])
def test_the_length_is_met_after_one_signature_once_the_signer_is_known(padding: str) -> None:
    fitter, notary = TextFitter(), Notary(padding)
    for _ in range(50):
        embed(fitter, notary)
    assert len(notary.signed) <= 51


def test_one_fitter_serves_short_and_long_manifests() -> None:
    fitter = TextFitter()
    for size in (0, 5_000, 15_800, 16_000, 17_000, 60_000, 0):
        embed(fitter, Notary(size=size))


def test_a_time_stamp_that_varies_more_than_a_signature_is_met_too() -> None:
    fitter, notary = TextFitter(), Notary(varies=6000)
    for _ in range(20):
        embed(fitter, notary)
    assert len(notary.signed) <= 21


def test_a_signer_that_leaves_no_room_is_given_up_on() -> None:
    class Tight(Notary):
        def sign(self, binding: Binding) -> bytes:
            return super().sign(binding).replace(b"\x63pad", b"none")

    notary = Tight(varies=3000)
    with pytest.raises(UnfitTextError):
        TextFitter().embed(b"Words.\n", "text/plain", place=notary.place, sign=notary.sign)
    assert len(notary.signed) <= 4


def test_padding_that_is_not_empty_is_left_alone() -> None:
    class Busy(Notary):
        def sign(self, binding: Binding) -> bytes:
            return super().sign(binding).replace(bytes(1000), b"\x01" * 1000)

    notary = Busy(varies=3000)
    with pytest.raises(UnfitTextError):
        TextFitter().embed(b"Words.\n", "text/plain", place=notary.place, sign=notary.sign)


@given(st.text(min_size=1, max_size=40))
def test_the_text_stays_as_it_was_byte_for_byte(text: str) -> None:
    body = text.encode("utf-8", "ignore")
    if body:
        assert embed(TextFitter(), Notary(), body).startswith(body)


def test_what_is_hashed_is_the_text_in_one_normal_form() -> None:
    digests = []
    for text in ("Caf\u00e9", "Cafe\u0301"):
        notary = Notary()
        embed(TextFitter(), notary, text.encode())
        digests.append(bytes(notary.signed[-1]["data"]["hash"]))
    assert digests == [hashlib.sha256("Caf\u00e9".encode()).digest()] * 2


def test_manifests_that_are_in_a_text_give_way() -> None:
    sealed = embed(TextFitter(), Notary(), b"Words." + wrapped(b"old") + wrapped(b"older"))
    assert sealed.startswith(b"Words.")
    assert sealed.count("\ufeff".encode()) == 1


@pytest.mark.parametrize("media_type", ["text/plain", "text/plain; charset=UTF-8", 'TEXT/PLAIN;charset="us-ascii"'])
def test_utf_8_is_taken_as_what_it_is(media_type: str) -> None:
    embed(TextFitter(), Notary(), media_type=media_type)


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("Grüße".encode("latin-1"), "text/plain"),
        ("Grüße".encode("utf-16"), "text/plain"),
        (b"\x1b$B8l\x1b(B", "text/plain; format=flowed; charset=iso-2022-jp"),
        (wrapped(b"a manifest of nothing"), "text/plain"),
        (("a" + "\u0301\u0316" * 200_000).encode(), "text/plain"),
    ],
    ids=["latin-1", "utf-16", "says so", "nothing but a manifest", "a tower of accents"],
)
def test_what_cannot_carry_a_manifest_is_never_signed(text: bytes, media_type: str) -> None:
    notary = Notary()
    with pytest.raises(UnfitTextError):
        TextFitter().embed(text, media_type, place=notary.place, sign=notary.sign)
    assert notary.signed == []
