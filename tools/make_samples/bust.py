"""The bust of portrait.jpg: a head, its hair and a pullover as distance fields, meshed for POV-Ray.

Nobody sat for it. A distance field says how far a point lies outside a surface (negative inside), in the units of
scenes/portrait.pov: y up, x to the viewer's right, the face towards -z.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from skimage.measure import marching_cubes

Field: TypeAlias = NDArray[np.float64]
Corner: TypeAlias = tuple[float, float, float]


def blend(a: Field, b: Field, width: float) -> Field:
    """The union of two fields, its seam rounded over `width`."""
    return np.minimum(a, b) - np.maximum(width - np.abs(a - b), 0) ** 2 / (4 * width)


def carve(a: Field, b: Field, width: float) -> Field:
    """The first field without the second, the rim rounded over `width`."""
    return -blend(-a, b, width)


def ellipsoid(p: tuple[Field, Field, Field], centre: Corner, radii: Corner) -> Field:
    """An ellipsoid; the distance is exact on its surface and good near it."""
    x, y, z = (axis - c for axis, c in zip(p, centre, strict=True))
    a, b, c = radii
    level = np.sqrt((x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2)
    slope = np.sqrt((x / a**2) ** 2 + (y / b**2) ** 2 + (z / c**2) ** 2)
    distance: Field = level * (level - 1) / np.maximum(slope, 1e-6)
    return distance


def rod(p: tuple[Field, Field, Field], start: Corner, end: Corner, radii: tuple[float, float]) -> Field:
    """A round-ended rod that tapers from one radius to the other."""
    axis = np.subtract(end, start)
    offset = [axis_values - c for axis_values, c in zip(p, start, strict=True)]
    along = np.clip(sum(o * a for o, a in zip(offset, axis, strict=True)) / float(axis @ axis), 0, 1)
    away = np.sqrt(sum((o - along * a) ** 2 for o, a in zip(offset, axis, strict=True)))
    distance: Field = away - (radii[0] + (radii[1] - radii[0]) * along)
    return distance


def skin(x: Field, y: Field, z: Field) -> Field:
    """Head, ears and neck."""
    p = (x, y, z)
    half = (np.abs(x), y, z)
    f = blend(
        ellipsoid(p, (0, 0.28, 0.08), (0.78, 0.82, 0.90)), ellipsoid(p, (0, -0.36, -0.20), (0.60, 0.62, 0.58)), 0.45
    )
    f = blend(f, ellipsoid(half, (0.40, -0.28, -0.50), (0.22, 0.22, 0.20)), 0.34)
    f = blend(f, ellipsoid(half, (0.33, -0.62, -0.22), (0.19, 0.20, 0.26)), 0.25)
    f = blend(f, ellipsoid(p, (0, -0.86, -0.58), (0.17, 0.13, 0.14)), 0.26)
    f = blend(f, ellipsoid(p, (0, -0.60, -0.62), (0.26, 0.20, 0.20)), 0.22)
    f = blend(f, ellipsoid(half, (0.29, 0.25, -0.72), (0.27, 0.08, 0.09)), 0.20)
    f = carve(f, ellipsoid(half, (0.30, 0.05, -0.96), (0.21, 0.125, 0.19)), 0.20)
    nose = blend(
        rod(p, (0, 0.14, -0.80), (0, -0.27, -0.955), (0.065, 0.085)),
        ellipsoid(p, (0, -0.295, -0.965), (0.10, 0.088, 0.095)),
        0.06,
    )
    nose = blend(nose, ellipsoid(half, (0.105, -0.32, -0.875), (0.066, 0.06, 0.085)), 0.07)
    f = blend(f, nose, 0.14)
    f = carve(f, ellipsoid(half, (0.055, -0.39, -0.93), (0.034, 0.03, 0.045)), 0.03)
    f = carve(f, rod(p, (0, -0.44, -0.90), (0, -0.53, -0.885), (0.016, 0.024)), 0.05)
    ear = carve(
        ellipsoid(half, (0.79, -0.04, 0.12), (0.10, 0.26, 0.17)),
        ellipsoid(half, (0.92, -0.01, 0.06), (0.08, 0.16, 0.10)),
        0.06,
    )
    f = blend(f, ear, 0.07)
    return blend(f, rod(p, (0, -0.75, 0.12), (0, -2.1, 0.22), (0.40, 0.46)), 0.22)


def hair(x: Field, y: Field, z: Field) -> Field:
    """Hair combed back from the brow into a knot on top."""
    p = (x, y, z)
    turn = np.arctan2(x, -0.40 * (y - 0.3) + 0.92 * (z - 0.15))
    strands = 0.010 * np.sin(38 * turn) + 0.006 * np.sin(71 * turn + 1)
    f = ellipsoid(p, (0, 0.34, 0.13), (0.875, 0.86, 0.95))
    f = blend(f, ellipsoid(p, (0, 0.80, -0.34), (0.52, 0.30, 0.36)), 0.30)
    f = blend(f, ellipsoid(p, (0, -0.34, 0.36), (0.55, 0.40, 0.45)), 0.30) + strands
    f = carve(f, ellipsoid(p, (0.03, -0.24, -1.02), (0.77, 1.00, 0.80)), 0.10)
    f = carve(f, ellipsoid((np.abs(x), y, z), (0.92, -0.40, 0.05), (0.36, 0.58, 0.36)), 0.08)
    f = carve(f, y + 0.62, 0.12)
    swirl = np.arctan2(x, z - 0.42)
    knot = ellipsoid(p, (0, 1.30, 0.42), (0.40, 0.31, 0.40))
    knot = knot + 0.016 * np.sin(9 * swirl + 11 * y) + 0.008 * np.sin(23 * swirl + 19 * y)
    return blend(f, knot, 0.07)


def pullover(x: Field, y: Field, z: Field) -> Field:
    """Shoulders, chest and a rolled collar."""
    p = (x, y, z)
    half = (np.abs(x), y, z)
    f = blend(
        ellipsoid(p, (0, -2.95, 0.24), (1.45, 1.15, 0.80)),
        ellipsoid(half, (1.30, -2.62, 0.26), (0.52, 0.52, 0.50)),
        0.5,
    )
    f = blend(f, rod(p, (0, -1.5, 0.16), (0, -2.3, 0.2), (0.52, 0.80)), 0.5)
    tilt = y + 0.10 * z
    radius = np.sqrt(x**2 + ((z - 0.16) / 0.96) ** 2)
    for height, ring, thick in ((-1.40, 0.49, 0.115), (-1.56, 0.52, 0.115)):
        roll = np.sqrt((radius - ring) ** 2 + ((tilt - height) * 0.8) ** 2) - thick
        f = blend(f, roll, 0.05)
    return f


def mesh(name: str, surface: Callable[[Field, Field, Field], Field], low: Corner, high: Corner, step: float) -> str:
    """The surface inside a box as a POV-Ray mesh2 called `name`."""
    axes = [np.arange(a, b + step, step) for a, b in zip(low, high, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    points, faces, normals, _ = marching_cubes(surface(x, y, z), 0.0, spacing=(step, step, step))  # type: ignore[no-untyped-call]
    points = points + np.array(low)

    def vectors(rows: NDArray[np.float64]) -> str:
        return ",".join(f"<{a:.4f},{b:.4f},{c:.4f}>" for a, b, c in rows)

    triangles = ",".join(f"<{a},{b},{c}>" for a, b, c in faces)
    return (
        f"#declare {name} = mesh2 {{ vertex_vectors {{ {len(points)}, {vectors(points)} }} "
        f"normal_vectors {{ {len(normals)}, {vectors(normals)} }} face_indices {{ {len(faces)}, {triangles} }} }}\n"
    )


def write_bust(target: Path, step: float = 0.012) -> None:
    """Write the three meshes that scenes/portrait.pov includes; `step` is the grid's spacing."""
    target.write_text(
        mesh("Skin_Mesh", skin, (-1.0, -2.1, -1.2), (1.0, 1.2, 1.1), step)
        + mesh("Hair_Mesh", hair, (-1.1, -0.9, -1.2), (1.1, 1.8, 1.3), step)
        + mesh("Pullover_Mesh", pullover, (-2.1, -3.3, -1.1), (2.1, -1.2, 1.3), step * 1.6),
        encoding="ascii",
    )
