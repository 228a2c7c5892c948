"""The plate in the kind of pixels that videos have. Only for processes that hostile bytes may harm."""

from typing import Final

import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from pipeline.labels.explicit.model import Corner, LabelOrder, Written
from pipeline.labels.explicit.plate import TEXT_HEIGHT, draw_plate, em_for, margin_for
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["Overlay"]

_SHADES: Final = (16, 235)
"""Dark and light, as brightness in limited range."""


class Overlay:
    """The plate in the kind of pixels that videos have, and how long it was seen."""

    def __init__(self, stream: VideoStream, order: LabelOrder) -> None:
        context = stream.codec_context
        size = context.width, context.height
        if context.format is None or any(part.bits > 8 for part in context.format.components):  # noqa: PLR2004
            raise ExplicitRefusedError(what="The video has more than 8 bits per colour, which would be lost.")
        if size[0] % 2 or size[1] % 2:
            raise ExplicitRefusedError(what=f"A video of {size[0]} by {size[1]} pixels cannot be encoded: odd sizes.")
        em = em_for(order.language, size)
        plate = np.asarray(_even(draw_plate(order.language, em)), dtype=np.float64) / 255
        self._height_ratio = round(em * TEXT_HEIGHT / min(size), 4)
        self._luma = np.rint(_SHADES[0] + plate * (_SHADES[1] - _SHADES[0])).astype(np.uint8)
        self._at = _place(order.corner, size, (plate.shape[1], plate.shape[0]), margin_for(em) // 2 * 2)
        self._seconds = order.seconds
        self._language = order.language
        self._first: float | None = None
        self._until = 0.0
        self._size = size

    @property
    def written(self) -> Written:
        """The label as it was put on."""
        return Written(
            kind="corner",
            text=WORDINGS[self._language].text,
            position="edge_corner",
            height_ratio=self._height_ratio,
            visible_ms=round(1000 * self._until),
            at_start=True,
        )

    def on(self, frame: VideoFrame) -> VideoFrame:
        """The picture as it is to be encoded, with the label while it is time for it."""
        if (frame.width, frame.height) != self._size or frame.rotation:
            raise ExplicitRefusedError(what="The video changes its size, or is turned when it is shown.")
        if frame.interlaced_frame:
            raise ExplicitRefusedError(what="The pictures of the video are of two fields each, which would be mixed.")
        shown = frame if frame.format.name in {"yuv420p", "yuvj420p"} else frame.reformat(format="yuv420p")
        # Where key frames go is for the encoder to choose, not for the one before it.
        shown.pict_type = PictureType.NONE
        time = float(frame.time or 0)
        self._first = time if self._first is None else self._first
        if self._seconds is not None and time - self._first >= self._seconds:
            return shown
        self._until = time - self._first + float((frame.duration or 0) * (frame.time_base or 0))
        return self._drawn(shown)

    def _drawn(self, frame: VideoFrame) -> VideoFrame:
        planes: NDArray[np.uint8] = frame.to_ndarray().astype(np.uint8)
        (left, top), (height, width) = self._at, self._luma.shape
        planes[top : top + height, left : left + width] = self._luma
        half_rows, half_columns = frame.height // 2, frame.width // 2
        for number in range(2):
            begin = frame.height + number * half_rows // 2
            if half_rows % 2:
                flat = planes.reshape(-1)[frame.height * frame.width + number * half_rows * half_columns :]
                colour = flat[: half_rows * half_columns].reshape(half_rows, half_columns)
            else:
                colour = planes[begin : begin + half_rows // 2].reshape(half_rows, half_columns)
            colour[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2] = 128
        made = VideoFrame.from_ndarray(planes, format=frame.format.name)
        made.pts, made.time_base = frame.pts, frame.time_base
        made.colorspace, made.color_range = frame.colorspace, frame.color_range
        return made


def _even(plate: Image.Image) -> Image.Image:
    """The plate on even sides: colours are kept for squares of four pixels."""
    size = plate.width + plate.width % 2, plate.height + plate.height % 2
    whole = Image.new("L", size, 255)
    whole.paste(plate, (0, 0))
    return whole


def _place(corner: Corner, size: tuple[int, int], plate: tuple[int, int], margin: int) -> tuple[int, int]:
    left = margin if corner.endswith("left") else max(0, size[0] - margin - plate[0])
    top = margin if corner.startswith("top") else max(0, size[1] - margin - plate[1])
    return left // 2 * 2, top // 2 * 2
