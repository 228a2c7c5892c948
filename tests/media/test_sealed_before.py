"""What was sealed before there were looks is still known: its codes are the same, its copies are found.

The codes are those that build 71aa9a7 recorded of the samples.
"""

import json
from typing import Final

import msgspec
import pytest

from pipeline.events.outgoing import to_json
from pipeline.events.outputs import ManifestRecord
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.content import examine, traits
from pipeline.fingerprints.recording import named
from pipeline.media_types import extension_of
from pipeline.store import Location
from pipeline.store.keys import AssetKey
from tests.media.conftest import SAMPLES
from tests.media.copies import PICTURE_COPIES, SOUND_COPIES, TEXT_COPIES, VIDEO_COPIES
from tests.media.recognising import Archive
from tests.unit.events.messages import MANIFEST_RECORD

CODES: Final = {
    "portrait.jpg": "ISCC:EED6JUITY3GZSGLNWE2E5TRROHWJMZTGGGNJG63EG3FRTDTMFSLGM4Y",
    "harbour.jpg": "ISCC:EED3F2LZS3MAWC6JYQ5DZXEP4NCGUHNUHHTCWMAF67VJIHU6KVU6UKA",
    "harbour-edited.jpg": "ISCC:EEDZRIYXTBNC23J5JKZWDRUZI7VGLRSSY4V47UFBYPRK4UC34GUQLHY",
    "still-life.png": "ISCC:EED4DWB646MNERVM6LYISB36ZPAXA44JZQZGG3I7HARO3XA2GM3RZTA",
    "garden.webp": "ISCC:EEDY3K4GXDTJZQHUHELCLTWL5DUOE47U4OLRE6DERGZLKXQ4OQ3JJGI",
    "announcement.wav": "ISCC:EIDRFIUDVIBKFS4OCIQKALRQVQFCQMVOSGFAFIUDRYJCBIBOGKWJDCQ",
    "voice-note.mp3": "ISCC:EID7AJEAVLKGZARLOISCDDXUVSBCX5CUOCF4I3EAFPZCJEF3OBSODCA",
    "news-zh.wav": "ISCC:EIDV4DVMUJPQ5CGDL37YRIT6CX6LE7YE76RF4P5MUJPQ5CEDP4CPZIQ",
    "clip.mp4": "ISCC:EQDSDJXJOWLNQAWKZPATUOM5T2CVC2YFTCO436VMZQMOAZ5KS4K5MKQ",
    "article.txt": "ISCC:EAD2WXZMXTODOQFB5AZLDKKNZPDQRNKHINRFYWL5ZMC6IY4BXEF4IKQ",
    "article-zh.txt": "ISCC:EADUTPETFYTGONSEAICASKDZCBOPKEFZZVBARDIU5DRBEHWC6SPROII",
    "newsroom.txt": "ISCC:EAD25QNIN5UXNXPDDXPGK6JLE4ZK5S4GFHEID7WPQXZRGBHCGPP3XFQ",
    "notes.md": "ISCC:EADT2EYME7R2ZMGM25REOR7MOK6GAM7NNUNAY2BEEDEXMUBTT3TBYJA",
}
MEDIA_TYPES: Final[dict[str, str]] = {
    entry["file"]: entry["media_type"] for entry in json.loads((SAMPLES / "samples.json").read_text())
}


@pytest.mark.parametrize("name", CODES)
def test_the_code_of_a_sample_is_the_one_that_was_recorded(name: str) -> None:
    body, media_type = (SAMPLES / name).read_bytes(), MEDIA_TYPES[name]
    found = Fingerprint.parse(CODES[name])
    assert examine(body, media_type) == found
    assert traits(body, media_type).fingerprint == found


def sealed_before(archive: Archive, name: str, *, is_there: bool = True) -> None:
    """Have a sample known by a record without looks, as it was stored then; the asset is where the record says."""
    uid = name.encode().hex().ljust(64, "0")
    at = Location(archive.layout.content_bucket, str(AssetKey(uid, extension_of(MEDIA_TYPES[name]))))
    if is_there:
        archive.store.create(at, (SAMPLES / name).read_bytes(), media_type=MEDIA_TYPES[name])
    found = Fingerprint.parse(CODES[name])
    assert found is not None
    record = msgspec.structs.replace(
        MANIFEST_RECORD,
        event_uid=uid,
        fingerprint=named(found),
        sealed=msgspec.structs.replace(MANIFEST_RECORD.sealed, uri=at.uri),
        content=msgspec.structs.replace(MANIFEST_RECORD.content, mime=MEDIA_TYPES[name]),
    )
    members = msgspec.json.decode(to_json(record))
    del members["recognition"]
    assert msgspec.convert(members, ManifestRecord).recognition is None
    archive.store.create(archive.layout.record(uid), msgspec.json.encode(members), media_type="application/json")
    archive.known.add(found, bytes.fromhex(uid))
    archive.names[uid] = name


@pytest.fixture(scope="module")
def archive() -> Archive:
    everything = Archive()
    for name in CODES:
        sealed_before(everything, name)
    return everything


@pytest.mark.parametrize("name", CODES)
def test_a_copy_of_what_was_sealed_before_is_found(archive: Archive, name: str) -> None:
    body, media_type = (SAMPLES / name).read_bytes(), MEDIA_TYPES[name]
    match media_type.partition("/")[0]:
        case "image":
            copies = [(PICTURE_COPIES[copy](body), "image/jpeg") for copy in ("JPEG 50", "half the size")]
        case "audio":
            copies = [(make(body), kind) for kind, make in (SOUND_COPIES["FLAC"], SOUND_COPIES["at 44.1 kHz"])]
        case "video":
            copies = [(make(body), kind) for kind, make in (VIDEO_COPIES["Matroska"], VIDEO_COPIES["VP9"])]
        case _:
            copies = [(TEXT_COPIES["in capitals"](body.decode()).encode(), media_type)]
    assert [archive.original(archive.asked(copy, kind)) for copy, kind in copies] == [name] * len(copies)


def test_where_the_asset_is_gone_too_it_resembles() -> None:
    gone = Archive()
    sealed_before(gone, "harbour.jpg", is_there=False)
    found = gone.asked(PICTURE_COPIES["JPEG 50"]((SAMPLES / "harbour.jpg").read_bytes()), "image/jpeg")
    assert found is not None
    assert found.name == "label.resembles"
