"""Soft bindings resolved: manifests by fingerprint, by content and by label, and what is told of them."""

import base64
import time
from collections.abc import Callable

import numpy as np
import pytest

from pipeline.assets import asset_of
from pipeline.errors import AssetRefusedError, WorldError
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.columns import Columns
from pipeline.fingerprints.similarity import Neighbours
from pipeline.usecases.resolving import Resolution, fingerprints_in
from tests.unit.house import House
from tests.unit.usecases.public_house import SAMPLES, PublicHouse, smaller

CODE = Fingerprint.of("image", bytes(range(32)))


@pytest.fixture
def public(house: House) -> PublicHouse:
    return PublicHouse(house)


def code_of(record: object) -> Fingerprint:
    fingerprint = Fingerprint.parse(record.fingerprint.code)  # type: ignore[attr-defined]
    assert fingerprint is not None
    return fingerprint


def near(fingerprint: Fingerprint, bits: int) -> Fingerprint:
    """A code that differs in so many bits."""
    digest = int.from_bytes(fingerprint.digest, "big") ^ ((1 << bits) - 1)
    return Fingerprint.of(fingerprint.kind, digest.to_bytes(32, "big"))


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(CODE.code.encode()).decode(),
        base64.b64encode(CODE.code.encode()).decode().rstrip("="),
        base64.b64encode(CODE.code.removeprefix("ISCC:").encode()).decode(),
        base64.b64encode(CODE.raw).decode(),
        base64.urlsafe_b64encode(CODE.raw).decode(),
        base64.b64encode(CODE.raw).decode().replace("+", " "),
        CODE.code,
        CODE.code.removeprefix("ISCC:"),
    ],
)
def test_a_code_is_taken_in_every_way_that_clients_write_it(value: str) -> None:
    assert fingerprints_in(value) == (CODE,)


def test_a_bare_digest_may_be_of_any_kind() -> None:
    found = fingerprints_in(base64.b64encode(CODE.digest).decode())
    assert {fingerprint.kind for fingerprint in found} == {"text", "image", "audio", "video"}
    assert {fingerprint.digest for fingerprint in found} == {CODE.digest}


def in_sequence(*codes: str) -> str:
    """Base64 of codes in bytes, one after the other: an ISCC-SEQ."""
    return base64.b64encode(
        b"".join(
            base64.b32decode(code + "=" * (-len(code) % 8))
            for code in (prefixed.removeprefix("ISCC:") for prefixed in codes)
        )
    ).decode()


META, DATA, INSTANCE = (  # of the first test vector of IEP-0020, with the Content-Code of a text
    "ISCC:AADVPDD4R6733NMPFH3D57VTQ4KVH6VHL74XIWGUT37V5ZG56NV3NSI",
    "ISCC:GADQLNA7GRZESMRF2J7NZPNWGI3II2ST5YUN5SS6GVQ2ZQGJXPPYDNI",
    "ISCC:IAD2KIVPJIWJZP3KQCESJL6SVT5APEZUPOJWM6HVTAXCF7OT3VFA4NY",
)
CONTENT = "ISCC:EAD2RASIYU5IKLENP2OFI4CHZGRWYQCSW2WKX3Y6FJGOCXSYNYGLGBI"
SEQUENCE = (
    "AAdXjHyPv721jyn2Pv6zhxVT+qdf+XRY1J7/XuTd82u2ySAHqIJIxTqFLI1+nFRwR8mjbEBStqyr7x4qTOFeWG4MswUwBwW0HzRySTIl0n7cvbYyNoRq"
    "U+4o3speNWGswMm734G1QAelIq9KLJy/aoCJJK/SrPoHkzR7k2Z49ZguIv3T3UoONw=="
)


def test_of_a_sequence_of_codes_that_of_the_content_is_looked_for() -> None:
    assert in_sequence(META, CONTENT, DATA, INSTANCE) == SEQUENCE
    assert [fingerprint.code for fingerprint in fingerprints_in(SEQUENCE)] == [CONTENT]
    shorter = "ISCC:EAA2RASIYU5IKLEN"  # 64 bits of the same
    assert [fingerprint.code for fingerprint in fingerprints_in(in_sequence(shorter, CONTENT, CODE.code, CONTENT))] == [
        CONTENT,
        CODE.code,
    ]


@pytest.mark.parametrize(
    "value",
    [
        in_sequence(META, DATA, INSTANCE),
        SEQUENCE[:-8],
        in_sequence(*(near(CODE, bits).code for bits in range(9))),
        base64.b64encode(b"\xa0\x07" + bytes(32)).decode(),
    ],
    ids=["no content", "cut off", "too many", "of a longer header"],
)
def test_a_sequence_without_a_content_code_or_with_too_many_is_refused(value: str) -> None:
    with pytest.raises(AssetRefusedError, match="The value is no ISCC"):
        fingerprints_in(value)


@pytest.mark.parametrize(
    "value", ["", "%%%", "äö", "QUJD", base64.b64encode(b"ISCC:" + b"A" * 55).decode(), "A" * 4000]
)
def test_what_is_no_code_is_refused(value: str) -> None:
    with pytest.raises(AssetRefusedError, match="The value is no"):
        fingerprints_in(value)


def test_a_fingerprint_finds_its_manifest_and_says_how_near_it_comes(public: PublicHouse) -> None:
    record = public.seal()
    (same,) = public.resolution.by_fingerprints([code_of(record)], 10)
    assert (same.manifest_id, same.event_uid, same.score) == (record.manifest.label, record.event_uid, 100)
    (close,) = public.resolution.by_fingerprints([near(code_of(record), 26)], 10)
    assert close.score == 90  # 26 of 256 bits
    assert public.resolution.by_fingerprints([near(code_of(record), 100)], 10) == ()


def test_no_more_are_named_than_were_asked_for(public: PublicHouse) -> None:
    records = [public.seal(f"{number}.jpg") for number in range(3)]
    found = public.resolution.by_fingerprints([code_of(records[0])], 2)
    assert len(found) == 2


def test_a_resized_copy_finds_the_manifest_of_its_original(public: PublicHouse) -> None:
    record = public.seal()
    public.seal("portrait.jpg", (SAMPLES / "portrait.jpg").read_bytes())
    (match,) = public.resolution.by_content(asset_of(smaller(), "image/webp"), 10)
    assert match.manifest_id == record.manifest.label
    assert 95 <= match.score <= 100


def test_what_went_in_and_what_came_out_are_certain(public: PublicHouse) -> None:
    record = public.seal()
    for body in (public.sealed(record), (SAMPLES / "harbour.jpg").read_bytes()):
        (match,) = public.resolution.by_content(asset_of(body, "image/jpeg"), 10)
        assert (match.manifest_id, match.score) == (record.manifest.label, 100)


def test_a_file_that_is_known_to_nobody_finds_nothing(public: PublicHouse) -> None:
    public.seal()
    assert public.resolution.by_content(asset_of(b"Once upon a time.", "text/plain"), 10) == ()


def test_a_manifest_is_found_by_its_label(public: PublicHouse) -> None:
    record = public.seal()
    found = public.resolution.manifest(record.manifest.label)
    assert found == public.house.stored(record.manifest.uri)
    assert public.resolution.manifest("urn:c2pa:11111111-2222-4333-8444-555555555555") is None


def test_nothing_is_told_of_what_was_retracted(public: PublicHouse) -> None:
    record = public.seal()
    public.retract(record)
    assert public.resolution.by_fingerprints([code_of(record)], 10) == ()
    assert public.resolution.by_content(asset_of(public.sealed(record), "image/jpeg"), 10) == ()
    assert public.resolution.manifest(record.manifest.label) is None


def test_nothing_is_told_of_what_is_held(public: PublicHouse) -> None:
    public = PublicHouse(House(public.house.inspect.parsers.credentials, jurisdictions=("KR",)))  # type: ignore[arg-type]
    record = public.seal("fake.jpg", deepfake=True)
    assert record.decision == "hold"
    assert public.resolution.by_fingerprints([code_of(record)], 10) == ()
    assert public.resolution.manifest(record.manifest.label) is None


def test_what_is_withheld_takes_no_place_of_what_is_not(public: PublicHouse) -> None:
    withheld, told = public.seal("1.jpg"), public.seal("2.jpg")
    public.retract(withheld)
    (match,) = public.resolution.by_fingerprints([code_of(told)], 1)
    assert match.event_uid == told.event_uid


def test_a_fingerprint_is_found_among_a_million_in_no_time(
    public: PublicHouse, record_property: Callable[[str, object], None]
) -> None:
    record = public.seal()
    many = 1_000_000
    noise = np.random.default_rng(1)
    others = Columns.of(noise.bytes(32 * many), noise.bytes(32 * many), 1, np.zeros(many, np.uint16))
    public.house.known.append("image", others)
    public.house.known.settle()
    value = base64.b64encode(code_of(record).code.encode()).decode()
    taken = []
    for _ in range(20):
        began = time.thread_time()
        assert len(public.resolution.by_fingerprints(fingerprints_in(value), 10)) == 1
        taken.append(time.thread_time() - began)
    milliseconds = sorted(taken)[10] * 1000
    record_property(
        "figure", f"byBinding over 1,000,000 fingerprints: {milliseconds:.1f} ms of CPU, without HTTP and S3"
    )
    assert milliseconds < 10


class _Half:
    """Fingerprints of which a part cannot be asked."""

    def nearest(self, fingerprints: object, *, limit: int) -> tuple[Neighbours, ...]:
        return (Neighbours(complete=False),)


def test_half_an_answer_is_none(public: PublicHouse) -> None:
    half = Resolution(
        view=public.view,
        known=_Half(),
        labels=public.labels,
        fingerprinter=public.resolution.fingerprinter,
    )
    with pytest.raises(WorldError):
        half.by_fingerprints([CODE], 10)
