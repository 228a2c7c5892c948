"""Whatever the content: marks and seals change nothing that is seen, heard or read, and a label only its own place."""

import io
import wave
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.labels.explicit import LabelOrder
from pipeline.labels.explicit.plate import draw_plate, em_for, margin_for
from pipeline.labels.explicit.rhythm import SECONDS
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.explicit.writing import write_label
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from tests.media.conftest import MakeOrder
from tests.unit.labels.implicit.makers import LABELS

MARKER: Final = InProcessImplicitLabeler()
RATE: Final = 8000

# The services are the same for all examples, and nothing in them changes.
slow = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])

pictures = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24).flatmap(
    lambda size: st.sampled_from([3, 4]).flatmap(lambda channels: arrays(np.uint8, (*size, channels)))
)
larger_pictures = st.tuples(st.integers(130, 200), st.integers(130, 200), st.integers(0, 2**32 - 1)).map(
    lambda drawn: np.random.default_rng(drawn[2]).integers(0, 256, (drawn[0], drawn[1], 3), np.uint8)
)
sounds = st.integers(1, 2).flatmap(
    lambda channels: arrays(np.int16, st.tuples(st.integers(1, 300), st.just(channels)))
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r"), min_size=1, max_size=300)
plain_texts = st.text(
    st.characters(categories=["L", "N", "P", "Zs"], include_characters="\n"), min_size=1, max_size=300
)
numbers = st.integers(-999, 999).map(str)
colours = st.sampled_from(["red", "#123", "none"])
shapes = st.one_of(
    st.fixed_dictionaries({"cx": numbers, "cy": numbers, "r": numbers, "fill": colours}).map(lambda at: ("circle", at)),
    st.fixed_dictionaries({"x": numbers, "y": numbers, "width": numbers, "stroke": colours}).map(
        lambda at: ("rect", at)
    ),
)
drawings = st.lists(
    st.tuples(shapes, st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=20)), max_size=8
)


def finished(body: bytes, media_type: str, service: InProcessCredentialService, make_order: MakeOrder) -> bytes:
    """With its marks, where the format carries any, and sealed inside."""
    marked = MARKER.label(body, media_type, LABELS)
    sealed = service.seal(marked.asset, make_order(media_type))
    assert (sealed.binding, sealed.credential.state) == ("embedded", "valid")
    if media_type != "text/plain":
        assert MARKER.read(sealed.asset, media_type).show(LABELS)
    return sealed.asset


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    out = io.BytesIO()
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def seen(body: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(body)) as picture:
        return np.asarray(picture.convert("RGBA"))


def recorded(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((samples.shape[1], 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def heard(body: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(body)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, sound.getnchannels())


@slow
@given(pixels=pictures, kind=st.sampled_from([("PNG", "image/png"), ("WEBP", "image/webp")]))
def test_every_pixel_stays(
    pixels: np.ndarray, kind: tuple[str, str], service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    body = encoded(pixels, kind[0])
    assert np.array_equal(seen(finished(body, kind[1], service, make_order)), seen(body))


@slow
@given(pixels=larger_pictures, kind=st.sampled_from([("PNG", "image/png"), ("WEBP", "image/webp")]))
def test_every_pixel_outside_the_label_stays(
    pixels: np.ndarray, kind: tuple[str, str], service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    body = encoded(pixels, kind[0])
    labelled = write_label(body, kind[1], LabelOrder()).body
    em = em_for("zh", (pixels.shape[1], pixels.shape[0]))
    plate, margin = draw_plate("zh", em), margin_for(em)
    differs = (seen(finished(labelled, kind[1], service, make_order)) != seen(body)).any(axis=2)
    assert differs.any()
    differs[-margin - plate.height : -margin, -margin - plate.width : -margin] = False
    assert not differs.any()


@slow
@given(samples=sounds)
def test_every_sample_stays(samples: np.ndarray, service: InProcessCredentialService, make_order: MakeOrder) -> None:
    assert np.array_equal(heard(finished(recorded(samples), "audio/wav", service, make_order)), samples)


@slow
@given(seed=st.integers(0, 2**32 - 1), seconds=st.floats(SECONDS + 0.2, SECONDS + 1), channels=st.integers(1, 2))
def test_every_sample_behind_the_label_stays(
    seed: int, seconds: float, channels: int, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    samples = np.random.default_rng(seed).integers(-(2**15), 2**15, (round(seconds * RATE), channels), np.int16)
    labelled = write_label(recorded(samples), "audio/wav", LabelOrder()).body
    after = heard(finished(labelled, "audio/wav", service, make_order))
    behind = round(SECONDS * RATE)
    assert after.shape == samples.shape
    assert np.array_equal(after[behind:], samples[behind:])
    assert not np.array_equal(after[:behind], samples[:behind])


@slow
@given(text=texts)
def test_a_text_begins_with_every_character_it_had_and_nothing_more_is_seen(
    text: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    after = finished(text.encode(), "text/plain", service, make_order).decode()
    assert after.startswith(text)
    assert all(character == "\ufeff" or is_selector(character) for character in after[len(text) :])


@slow
@given(text=plain_texts)
def test_a_labelled_text_is_the_text_between_its_labels(
    text: str, service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    label = WORDINGS["en"].in_text
    labelled = write_label(text.encode(), "text/plain", LabelOrder(language="en")).body
    after = finished(labelled, "text/plain", service, make_order).decode().partition("\ufeff")[0]
    assert after.startswith(f"{label}\n\n{text}")
    assert after.removeprefix(f"{label}\n\n{text}").strip("\n") == label


def is_selector(character: str) -> bool:
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF


@slow
@given(drawn=drawings)
def test_every_shape_and_word_of_a_drawing_stays(
    drawn: list[tuple[tuple[str, dict[str, str]], str]], service: InProcessCredentialService, make_order: MakeOrder
) -> None:
    root = ET.Element("{http://www.w3.org/2000/svg}svg", viewBox="0 0 9 9")
    for (name, attributes), words in drawn:
        ET.SubElement(root, f"{{http://www.w3.org/2000/svg}}{name}", attributes)
        ET.SubElement(root, "{http://www.w3.org/2000/svg}text").text = words
    body = ET.tostring(root)
    assert shown(finished(body, "image/svg+xml", service, make_order)) == shown(body)


def shown(body: bytes) -> list[tuple[str, dict[str, str], str]]:
    """All elements but metadata, which is never drawn."""
    root = ET.fromstring(body)  # noqa: S314 (our own drawing)
    return [
        (node.tag, dict(node.attrib), node.text or "")
        for node in root.iter()
        if node.tag.startswith("{http://www.w3.org/2000/svg}") and not node.tag.endswith("}metadata")
    ]
