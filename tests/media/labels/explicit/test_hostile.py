"""Whatever the bytes: a label, a refusal with a reason, or an answer. Never another error."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.labels.explicit import ExplicitRefusedError, LabelOrder
from pipeline.labels.explicit.checking import check
from pipeline.labels.explicit.writing import write_label
from tests.media.conftest import DOCX, SAMPLES
from tests.media.labels.explicit.makers import encoded, music, noise, sound_file, video_file

SMALL = noise(120, 90)
FILES = {
    "png": ("image/png", encoded(SMALL, "PNG")),
    "jpeg": ("image/jpeg", encoded(SMALL, "JPEG")),
    "gif": ("image/gif", encoded(SMALL.quantize(60), "GIF")),
    "webp": ("image/webp", encoded(SMALL, "WEBP")),
    "tiff": ("image/tiff", encoded(SMALL, "TIFF", compression="tiff_lzw")),
    "wav": ("audio/wav", sound_file(music(2), "pcm_s16le", "wav")),
    "mp3": ("audio/mpeg", sound_file(music(2), "libmp3lame", "mp3")),
    "m4a": ("audio/mp4", sound_file(music(2), "aac", "ipod")),
    "mp4": ("video/mp4", video_file("libx264", "mp4", size=(128, 128), frames=3)),
    "pdf": ("application/pdf", (SAMPLES / "report.pdf").read_bytes()),
    "docx": (DOCX, (SAMPLES / "letter.docx").read_bytes()),
}


@pytest.mark.parametrize(("media_type", "body"), FILES.values(), ids=FILES)
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_flipped_and_cut_bytes(media_type: str, body: bytes, data: st.DataObject) -> None:
    hurt = bytearray(body)
    near = st.integers(0, min(len(hurt), 800) - 1)
    for at in data.draw(st.lists(near | st.integers(0, len(hurt) - 1), min_size=1, max_size=12)):
        hurt[at] = data.draw(st.integers(0, 255))
    cut = bytes(hurt[: data.draw(st.just(len(hurt)) | st.integers(0, len(hurt)))])
    with contextlib.suppress(ExplicitRefusedError):
        assert write_label(cut, media_type, LabelOrder()).body
    checked = check(cut, media_type)
    assert checked.present in {True, None}
    assert (checked.found is None) == (checked.present is None)


def test_a_sound_that_claims_samples_without_measure_is_refused() -> None:
    media_type, body = FILES["wav"]
    with pytest.raises(ExplicitRefusedError, match="samples per second"):
        write_label(body[:24] + (1_000_000_000).to_bytes(4, "little") + body[28:], media_type, LabelOrder())


def test_a_video_in_a_codec_that_nobody_knows_is_refused() -> None:
    media_type, body = FILES["mp4"]
    with pytest.raises(ExplicitRefusedError):
        write_label(body.replace(b"avc1\x00\x00", b"zzzz\x00\x00"), media_type, LabelOrder())
