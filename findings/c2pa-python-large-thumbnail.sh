#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs), Pillow 13.0.0
#
# Behaviour: with the default settings a thumbnail is made for every picture, and its longer side is 1024 pixels, also
# where the picture itself is smaller: it is scaled up.
# Seen: a picture of 64x64 gets a thumbnail of 1024x1024, and the file grows to more than ten times its size.
# Expected: a thumbnail at most as large as the picture, or none.
# What to do: switch thumbnails off in the settings (builder.thumbnail.enabled), or hand in one of your own. Who has
# many small pictures pays for this in every one of them, and again in each that names it as an ingredient.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-python==0.38.1 Pillow==13.0.0
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import io
from pathlib import Path

import c2pa
from PIL import Image

from credential import read, seal

Image.effect_mandelbrot((64, 64), (-2, -1.2, 1, 1.2), 60).convert("RGB").save("small.png")
seal("small.png", "sealed.png", "image/png")
store = read("sealed.png", "image/png")
thumbnail = store["manifests"][store["active_manifest"]]["thumbnail"]["identifier"]
picture = io.BytesIO()
with open("sealed.png", "rb") as file:
    c2pa.Reader("image/png", file).resource_to_stream(thumbnail, picture)
picture.seek(0)
before, after = (Path(name).stat().st_size for name in ("small.png", "sealed.png"))
print("x".join(map(str, Image.open(picture).size)), after > 10 * before, before, after)
PYTHON
read -r size tenfold before after < <("$python" look.py)
still "thumbnail of a picture of 64x64" 1024x1024 "$size"
still "the file grew more than tenfold ($before to $after bytes)" True "$tenfold"
