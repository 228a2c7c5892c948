#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs), Pillow 13.0.0
#
# Behaviour: in a TIFF of several pages the manifest goes into a directory of its own at the end of the chain of
# pages. It has no ImageWidth and no ImageLength, so that readers count a page which is none. A TIFF of one page gets
# the manifest as a tag in the page's own directory.
# Seen: directories 3, then 4, the last one without a size; one page: 1, then 1.
# Expected: the tag in the first directory, however many pages follow; a chain of directories that are all pages.
# What to do: keep manifests of TIFFs with several pages beside the file, or have every reader of yours pass over
# directories without a size: some report an error, or stop, when they count pages.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-python==0.38.1 Pillow==13.0.0
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import struct
from pathlib import Path

from PIL import Image

from credential import seal

WIDTH, LENGTH = 256, 257


def directories(path):
    """Return for each directory of a little-endian TIFF whether it has the size of an image."""
    tiff = Path(path).read_bytes()
    (offset,) = struct.unpack_from("<I", tiff, 4)
    found = []
    while offset:
        (count,) = struct.unpack_from("<H", tiff, offset)
        tags = {struct.unpack_from("<H", tiff, offset + 2 + 12 * entry)[0] for entry in range(count)}
        found.append("page" if {WIDTH, LENGTH} <= tags else "no-size")
        (offset,) = struct.unpack_from("<I", tiff, offset + 2 + 12 * count)
    return "+".join(found)


pages = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
pages[0].save("one.tif")
pages[0].save("three.tif", save_all=True, append_images=pages[1:])
for name in ("one", "three"):
    seal(f"{name}.tif", f"{name}-sealed.tif", "image/tiff")
    print(directories(f"{name}.tif"), directories(f"{name}-sealed.tif"))
PYTHON
{
    read -r one one_sealed
    read -r three three_sealed
} < <("$python" look.py)
still "one page, before" page "$one"
still "one page, sealed" page "$one_sealed"
still "three pages, before" page+page+page "$three"
still "three pages, sealed" page+page+page+no-size "$three_sealed"
