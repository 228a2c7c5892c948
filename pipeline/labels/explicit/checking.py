"""Whether a file has the explicit label that it is said to have. Only for processes that hostile bytes may harm.

What can be told: the wording of a text, our own rhythm, our own plate. Another's voice, rhythm or picture of words
cannot, so a claim of one is neither confirmed nor denied: `Checked.present` is None.
"""

from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image, ImageOps

from pipeline.labels.explicit.docx import text_of_docx
from pipeline.labels.explicit.image import BROKEN_PICTURE, open_picture
from pipeline.labels.explicit.matching import PlateFound, find_plate, is_still_there
from pipeline.labels.explicit.model import LEAST_SECONDS, Checked, LabelClaim, Position, Written
from pipeline.labels.explicit.pdf import find_in_pdf
from pipeline.labels.explicit.rhythm import find_rhythm
from pipeline.labels.explicit.text import decoded, find_in_text, text_of_html
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.explicit.writing import WRITERS
from pipeline.labels.refused import ExplicitRefusedError
from pipeline.media_types import LASTING, canonical
from pipeline.pyav import HAS_PYAV, WITHOUT_PYAV

__all__ = ["CHECKERS", "check"]

_LISTENED: Final = 60.0
"""Seconds of sound in which the rhythm is looked for."""

_AT_START: Final = 2.0
"""A rhythm that begins within so many seconds is at the start."""

_RATE: Final = 8000
_LOOKED: Final = LEAST_SECONDS + 0.5
_APART: Final = 1 / 31
_OTHERS: Final = "There is no label of ours; another's cannot be told from the content."


def check(body: bytes, media_type: str, claim: LabelClaim | None = None) -> Checked:
    """Look for the explicit label in a file.

    Args:
        body: the file.
        media_type: of the file.
        claim: what is said of the label; without it, any label is looked for.
    """
    name = canonical(media_type)
    checker = CHECKERS.get(name.partition("/")[0] if name not in CHECKERS and name in WRITERS else name)
    if checker is None:
        return Checked(present=None, reason=f"Files of type {name} are not looked into.")
    if name.startswith(LASTING) and not HAS_PYAV:
        return Checked(present=None, reason=f"The file was not looked into: {WITHOUT_PYAV}.")
    try:
        return checker(body, claim or LabelClaim())
    except ExplicitRefusedError as error:
        return Checked(present=None, reason=error.what)


def _picture(body: bytes, _: LabelClaim) -> Checked:
    with (
        ExplicitRefusedError.instead_of(*BROKEN_PICTURE, what="The picture cannot be decoded."),
        open_picture(body) as picture,
    ):
        ImageOps.exif_transpose(picture, in_place=True)
        found = find_plate(_in_shades(picture))
    return _unknown() if found is None else Checked(present=True, found=_plate(found))


def _in_shades(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):
        # Converted as they are, all but the darkest of 65,536 greys would be white.
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"P", "CMYK"}:
        picture = picture.convert("RGB")
    return picture.convert("L")


def _sound(body: bytes, _: LabelClaim) -> Checked:
    from pipeline.labels.explicit.audio import beginning_of  # noqa: PLC0415 (PyAV is an extra)

    found = find_rhythm(beginning_of(body, _LISTENED, _RATE), _RATE)
    if found is None:
        return _unknown()
    at_start = found[0] <= _AT_START
    return Checked(
        present=True, found=Written(kind="rhythm", position="start" if at_start else "middle", at_start=at_start)
    )


def _video(body: bytes, _: LabelClaim) -> Checked:
    """The label of the first frame, and until when it is seen; how much longer than needed does not matter."""
    from pipeline.labels.explicit.video import frames_of  # noqa: PLC0415

    found: PlateFound | None = None
    until = lasts = 0.0
    for time, frame in frames_of(body, _LOOKED, _APART):
        until, lasts = time, time - until
        if found is None:
            found = find_plate(frame)
        if found is None or not is_still_there(frame, found):
            break
    else:
        until += lasts
    if found is None:
        return _unknown()
    return Checked(present=True, found=_plate(found, visible_ms=round(1000 * until)))


def _pdf(body: bytes, _: LabelClaim) -> Checked:
    found = find_in_pdf(body)
    if found is None:
        return _unknown()
    text, first = found
    return Checked(present=True, found=_text_found(text, "start" if first else "middle"))


def _plain(body: bytes, claim: LabelClaim) -> Checked:
    checked = _wording(decoded(body), claim)
    if checked.present is None and claim.kind in {None, "text"}:
        return Checked(present=False, reason="No line of the text is a label, or the wording that was claimed.")
    return checked


def _wording(text: str, claim: LabelClaim) -> Checked:
    found = find_in_text(text, claim.text)
    return _unknown() if found is None else Checked(present=True, found=_text_found(*found))


def _text_found(text: str, position: Position) -> Written:
    return Written(kind="text", text=text, position=position, at_start=position == "start")


def _plate(found: PlateFound, *, visible_ms: int | None = None) -> Written:
    return Written(
        kind="corner",
        text=WORDINGS[found.language].text,
        position="edge_corner",
        height_ratio=found.height_ratio,
        visible_ms=visible_ms,
        at_start=True,
    )


def _unknown() -> Checked:
    return Checked(present=None, reason=_OTHERS)


CHECKERS: Final[Mapping[str, Callable[[bytes, LabelClaim], Checked]]] = {
    "image": _picture,
    "audio": _sound,
    "video": _video,
    "text/plain": _plain,
    "text/markdown": _plain,
    "text/html": lambda body, claim: _wording(text_of_html(decoded(body)), claim),
    "application/pdf": _pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": lambda body, claim: _wording(
        text_of_docx(body), claim
    ),
}
"""By media type, or by the part of it before the slash."""
