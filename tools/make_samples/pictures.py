"""The pictures, ray-traced from the scenes beside this file, and the frames of the clip."""

from pathlib import Path

from PIL import Image, ImageEnhance

from tools.make_samples.bust import write_bust
from tools.make_samples.programs import run

SCENES = Path(__file__).parent / "scenes"


def render(scene: str, size: tuple[int, int], build: Path, *, clock: float | None = None) -> Path:
    """Ray-trace a scene; the same scene, size and clock give the same pixels.

    Args:
        scene: name of the scene file, without its suffix.
        size: width and height in pixels.
        build: folder for what is not kept.
        clock: the moment shown, 0 to 1, for a frame of a film; None for a still, which gets more care.
    """
    target = build / f"{scene}.png"
    care = ("+A0.1", "+AM2", "+R3") if clock is None else ("+A0.2", "+AM1", "+R2", "Declare=Film=1", f"+K{clock}")
    # one thread and no jitter: with either, no two renderings are alike
    exact = ("+WT1", "-J", "-D")
    run(
        "povray",
        f"+I{SCENES / scene}.pov",
        f"+L{SCENES}",
        f"+L{build}",
        f"+O{target}",
        f"+W{size[0]}",
        f"+H{size[1]}",
        *care,
        *exact,
    )
    return target


def picture(scene: str, size: tuple[int, int], build: Path) -> Image.Image:
    """A rendered scene without anything that POV-Ray notes in its file."""
    with Image.open(render(scene, size, build)) as rendered:
        clean = Image.new("RGB", rendered.size)
        clean.paste(rendered.convert("RGB"))
    return clean


def portrait(target: Path, build: Path) -> None:
    """The bust, as JPEG."""
    write_bust(build / "bust.inc")
    picture("portrait", (640, 800), build).save(target, quality=92, optimize=True)


def harbour(target: Path, build: Path) -> None:
    """The harbour, as JPEG."""
    picture("harbour", (800, 533), build).save(target, quality=86, optimize=True, progressive=True)


def still_life(target: Path, build: Path) -> None:
    """The still life, as PNG."""
    picture("still-life", (640, 480), build).save(target, optimize=True)


def garden(target: Path, build: Path) -> None:
    """The garden, as lossy WebP."""
    picture("garden", (720, 480), build).save(target, quality=70, method=6)


def harbour_edited(target: Path, parent: Path) -> None:
    """The harbour's JPEG, `parent`, cropped to the sailing boat and the lighthouse, in the colours of an evening."""
    with Image.open(parent) as original:
        cropped = original.crop((310, 60, 790, 420)).resize((640, 480), Image.Resampling.LANCZOS)
    red, green, blue = cropped.split()
    evening = Image.merge(
        "RGB",
        (
            red.point([min(255, round(v * 1.06 + 6)) for v in range(256)]),
            green.point([round(v * 0.88) for v in range(256)]),
            blue.point([round(v * 0.74 + 8) for v in range(256)]),
        ),
    )
    ImageEnhance.Contrast(ImageEnhance.Color(evening).enhance(1.2)).enhance(1.1).save(target, quality=87, optimize=True)


def clip_frames(count: int, build: Path) -> Path:
    """Frames of the harbour in motion, and the pattern of their file names as FFmpeg wants it."""
    frames = build / "frames"
    frames.mkdir(exist_ok=True)
    for number in range(count):
        frame = frames / f"{number:03}.png"
        if not frame.exists():
            render("harbour", (320, 180), build, clock=number / count).rename(frame)
    return frames / "%03d.png"
