"""The second look at pictures: whether one is a copy of another, by what is where in both.

A code says that two pictures are laid out alike, as packshots of one shape and slides of one template are. A look is a
small picture of the picture, in greys and in coarser colours. What a copy is made by (coding with loss, another size,
a cut along the edges, another brightness or contrast, greys for colours) leaves it the same once that is taken out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = [
    "FINE",
    "LOOK_BYTES",
    "MIDDLE",
    "Rendition",
    "apart",
    "likeness_to_picture",
    "picture_look_of",
    "rendition_again",
]

_Real = npt.NDArray[np.float64]

FINE: Final = 128
"""Points across and down of the picture that is asked about."""
_CELLS: Final = 32
_COLOURS: Final = 8
"""Points across and down of a look: greys, colours."""
_STEPS: Final = 63
_COLOUR_STEP: Final = 4
_BITS: Final = 6
_HEADER: Final = 2
LOOK_BYTES: Final = _HEADER + (_CELLS**2 + 2 * _COLOURS**2) * _BITS // 8
MIDDLE: Final = 128
"""The value of a colour difference that is none."""
_WHITE: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rendition:
    """A picture as it is compared with looks: `luma` in greys, `colours` (blue and red difference) half as fine."""

    luma: _Real
    colours: _Real


def picture_look_of(rendition: Rendition) -> bytes:
    """The look of a picture, in `LOOK_BYTES` bytes: the darkest and the lightest grey, greys between them, colours."""
    greys = _smaller(rendition.luma, FINE // _CELLS)
    low, high = int(np.floor(greys.min())), int(np.ceil(greys.max()))
    levels = np.rint((greys - low) / max(high - low, 1) * _STEPS)
    colours = np.clip(
        np.rint(_smaller(rendition.colours, len(rendition.colours) // _COLOURS) / _COLOUR_STEP) + 32, 0, _STEPS
    )
    values = np.concatenate([levels.ravel(), colours.ravel()]).astype(np.uint8)
    bits = np.unpackbits(values[:, np.newaxis], axis=1)[:, 8 - _BITS :]
    return bytes((low, high)) + np.packbits(bits).tobytes()


def _smaller(plane: _Real, times: int) -> _Real:
    height, width = (side // times for side in plane.shape[:2])
    smaller: _Real = plane.reshape(height, times, width, times, *plane.shape[2:]).mean(axis=(1, 3))
    return smaller


def rendition_again(look: bytes) -> Rendition:
    """The rendition of a picture of which only the look is left, as well as it can be had."""
    greys, colours = _read(look)
    fine = np.ones((FINE // _CELLS, FINE // _CELLS))
    planes = np.stack(
        [np.kron(colours[:, :, which], np.ones((FINE // 2 // _COLOURS,) * 2)) for which in (0, 1)], axis=-1
    )
    luma = np.kron(greys, fine).astype(np.float64)
    return Rendition(luma=luma, colours=planes)


def _read(look: bytes) -> tuple[_Real, _Real]:
    bits = np.unpackbits(np.frombuffer(look, np.uint8, offset=_HEADER)).reshape(-1, _BITS)
    values = (bits @ (1 << np.arange(_BITS)[::-1])).astype(np.float64)
    greys = look[0] + values[: _CELLS**2].reshape(_CELLS, _CELLS) / _STEPS * (look[1] - look[0])
    return greys, (values[_CELLS**2 :].reshape(_COLOURS, _COLOURS, 2) - 32) * _COLOUR_STEP


_ROUNDS: Final = 8
_LEAST: Final = 0.88
"""So much of the original's width and height a copy shows at least."""
_SLACK: Final = 0.02
_NEAR_ENOUGH: Final = 2e-4
_RIDGE: Final = np.diag([1.0, 1.0, 400.0, 400.0, 400.0, 400.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Which part of an original a copy shows: where it begins and how much it is, across and down, 1 being all."""

    left: float = 0.0
    width: float = 1.0
    top: float = 0.0
    height: float = 1.0

    def moved(self, left: float, width: float, top: float, height: float) -> "_Part":
        wide, high = _bounded(self.width + width), _bounded(self.height + height)
        return _Part(
            left=min(max(self.left + left, -_SLACK), 1 + _SLACK - wide),
            width=wide,
            top=min(max(self.top + top, -_SLACK), 1 + _SLACK - high),
            height=high,
        )


_STARTS: Final = (
    _Part(),
    *(_Part(left=left, width=0.95, top=top, height=0.95) for left in (0, 0.025, 0.05) for top in (0, 0.025, 0.05)),
)
_TRIED: Final = 2
_HOPELESS: Final = 0.5
_WHOLE: Final = 0.75
_PLACES: Final = (np.arange(_CELLS) + 0.5) / _CELLS
_ONES: Final = np.ones((_CELLS, _CELLS))
_SMALL: Final = 1e-9
_SURE: Final = 0.4
_NOISE: Final = 2.5
_EDGE: Final = 0.12
"""Greys by which a cell of a copy differs: anywhere, and of what its neighbours differ by."""
_FEW: Final = 0.01
_MOST_STRANGE: Final = 2.0
"""So many times that may the worst cells of a copy differ: the mean of so many of all cells."""
_GREY: Final = 4
_COLOUR_NOISE: Final = 6.0
_FEW_COLOURS: Final = 0.05
_GAINS: Final = np.linspace(0.75, 1.3, 45)
_CLEARLY: Final = 3.0


def _bounded(length: float) -> float:
    return min(max(length, _LEAST), 1 + _SLACK)


def likeness_to_picture(asked: Rendition, look: bytes) -> float:
    """How alike a picture and the one with a look are, from 0 to 1; copies are `SAME` or more."""
    greys, colours = _read(look)
    strange = _strangeness(asked, greys, colours, _Part())
    if strange > _SURE:
        strange = min(strange, _strangeness(asked, greys, colours, _part_shown(asked.luma, greys)))
    return 1 / (1 + strange)


def apart(asked: Rendition, look: bytes) -> float:
    """How little a whole picture has in common with the one with a look, from 0 to 2; quick, and no verdict."""
    greys, _ = _read(look)
    return _unlike(asked.luma, _laid_at_starts()[0], greys)


def _part_shown(fine: _Real, greys: _Real) -> _Part:
    """The part of an original that a picture most likely shows, brightness and contrast aside."""
    starts = sorted((_unlike(fine, sides, greys), number) for number, sides in enumerate(_laid_at_starts()))
    if starts[0][0] > _HOPELESS:
        return _Part()
    found = (_refined(fine, _STARTS[number], greys) for _, number in starts[:_TRIED])
    return min(found, key=lambda part: _unlike(fine, _Sides.of(part), greys))


@cache
def _laid_at_starts() -> tuple["_Sides", ...]:
    return tuple(_Sides.of(start) for start in _STARTS)


def _unlike(fine: _Real, sides: "_Sides", greys: _Real) -> float:
    seen, inside = sides.seen(fine), sides.inside
    centred, other = (plane[inside] - plane[inside].mean() for plane in (seen, greys))
    return 1 - float(centred @ other) / (float(np.sqrt((centred @ centred) * (other @ other))) + _SMALL)


def _refined(fine: _Real, part: _Part, greys: _Real) -> _Part:
    """A part moved and sized to where the picture fits best (Lucas and Kanade)."""
    for _ in range(_ROUNDS):
        sides = _Sides.of(part)
        across, down = sides.slopes(fine)
        along = (_PLACES - part.left) / part.width
        below = ((_PLACES - part.top) / part.height)[:, np.newaxis]
        columns = np.stack([greys, _ONES, across, across * along, down, down * below])[:, sides.inside]
        answer = np.linalg.solve(columns @ columns.T + _RIDGE, columns @ sides.seen(fine)[sides.inside])
        moved = part.moved(*answer[2:].tolist())
        steps = (moved.left - part.left, moved.width - part.width, moved.top - part.top, moved.height - part.height)
        part = moved
        if max(map(abs, steps)) < _NEAR_ENOUGH:
            break
    return part


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """A picture's points in the cells of an original of which it shows a part: shares of them, for each side."""

    down: _Real
    across: _Real
    inside: npt.NDArray[np.bool_]
    part: _Part

    @classmethod
    def of(cls, part: _Part, cells: int = _CELLS, points: int = FINE) -> "_Sides":
        down, seen_down = _shares(part.top, part.height, cells, points)
        across, seen_across = _shares(part.left, part.width, cells, points)
        return cls(down=down, across=across, inside=seen_down[:, np.newaxis] & seen_across, part=part)

    def seen(self, fine: _Real) -> _Real:
        """The mean of what each cell shows."""
        seen: _Real = self.down @ fine @ self.across.T
        return seen

    def slopes(self, fine: _Real) -> tuple[_Real, _Real]:
        """How much more there is at the end of each cell than at its beginning, across and down, for a whole side."""
        across = self.down @ fine @ _edges(self.part.left, self.part.width).T
        down = _edges(self.part.top, self.part.height) @ fine @ self.across.T
        return np.diff(across, axis=1) * _CELLS, np.diff(down, axis=0) * _CELLS


def _shares(begin: float, length: float, cells: int, points: int) -> tuple[_Real, npt.NDArray[np.bool_]]:
    """How much each of the points along a side has in each cell of the original, and which cells are seen whole."""
    edges = (np.arange(cells + 1) / cells - begin) / length * points
    upto = np.clip(edges[:, np.newaxis] - np.arange(points), 0, 1)
    common = upto[1:] - upto[:-1]
    total = common.sum(axis=1)
    return common / np.maximum(total, _SMALL)[:, np.newaxis], total >= _WHOLE * points / cells / length


def _edges(begin: float, length: float) -> _Real:
    """How much each point has in what is seen where cells begin and end."""
    edges = np.clip((np.arange(_CELLS + 1) / _CELLS - begin) / length * FINE - 0.5, 0, FINE - 1)
    shares: _Real = np.clip(1 - np.abs(edges[:, np.newaxis] - np.arange(FINE)), 0, None)
    return shares


def _strangeness(asked: Rendition, greys: _Real, colours: _Real, part: _Part) -> float:
    """How much more a picture differs from an original than its copies do at most; below 1 it is one."""
    sides = _Sides.of(part)
    seen, inside = sides.seen(asked.luma), sides.inside
    margins = (_NOISE + _EDGE * _reach(greys))[inside]
    found = min(
        _worst(np.abs(seen[inside] - toned) / margins, _FEW) / _MOST_STRANGE
        for toned in _toned(seen[inside], greys[inside], margins)
    )
    if np.abs(asked.colours).max() <= _GREY:
        return found
    sides = _Sides.of(part, _COLOURS, len(asked.colours))
    planes = np.stack([sides.seen(asked.colours[:, :, which]) for which in (0, 1)], axis=-1)
    return max(found, _other_colours(planes[sides.inside], colours[sides.inside], _reach(colours)[sides.inside]))


def _other_colours(seen: _Real, colours: _Real, reach: _Real) -> float:
    gain = float((seen * colours).sum()) / (float((colours**2).sum()) + _SMALL)
    apart = np.abs(seen - min(max(gain, _GAINS[0]), _GAINS[-1]) * colours)
    return _worst((apart / (_COLOUR_NOISE + _EDGE * reach)).max(axis=1), _FEW_COLOURS)


def _toned(seen: _Real, greys: _Real, margins: _Real) -> Iterator[_Real]:
    """Greys as they are, brighter or darker, and with another contrast, as it fits what is seen best."""
    yield greys
    for pivot in (0.0, float(greys.mean())):
        coarse = _best_gain(seen, greys, margins, pivot, _GAINS)
        step = _GAINS[1] - _GAINS[0]
        gain = _best_gain(seen, greys, margins, pivot, coarse + np.linspace(-step, step, 9))
        yield np.clip(pivot + gain * (greys - pivot), 0, _WHITE)


def _best_gain(seen: _Real, greys: _Real, margins: _Real, pivot: float, gains: _Real) -> float:
    toned = np.clip(pivot + gains[:, np.newaxis] * (greys - pivot), 0, _WHITE)
    return float(gains[np.minimum(np.abs(toned - seen) / margins, _CLEARLY).mean(axis=1).argmin()])


def _worst(strange: _Real, share: float) -> float:
    """The mean of the largest values, which are a share of all."""
    number = max(round(len(strange) * share), 1)
    return float(np.partition(strange, -number)[-number:].mean())


def _reach(plane: _Real) -> _Real:
    """How far apart each cell and those around it are."""
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(plane, [(1, 1), (1, 1), *[(0, 0)] * (plane.ndim - 2)], mode="edge"), (3, 3), axis=(0, 1)
    )
    reach: _Real = windows.max(axis=(-2, -1)) - windows.min(axis=(-2, -1))
    return reach
