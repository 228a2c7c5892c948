#!/usr/bin/env bash
# magika 1.0.3 (model standard_v3_3), Pillow 13.0.0, pillow-heif 1.8.1
#
# Behaviour: the model has no class for AVIF and HEIC. It does not answer that it does not know them, but calls such a
# picture a video, with a score over 0.8, above the limit under which it would have said "unknown".
# Seen: AVIF and HEIC: video/mp4. JPEG XL, for which it has no class either, is unknown to it.
# Expected: "unknown" for all of them, or the brands that stand in the first box of the file.
# What to do: read the ftyp brands yourself, and ask magika only about what has none. Who routes by its answer sends
# these pictures to a video pipeline.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages magika==1.0.3 Pillow==13.0.0 pillow-heif==1.8.1

cat >look.py <<'PYTHON'
from pathlib import Path

import pillow_heif
from magika import Magika
from PIL import Image

pillow_heif.register_heif_opener()
picture = Image.effect_mandelbrot((1280, 800), (-2, -1.2, 1, 1.2), 60).convert("RGB")
model = Magika()
print(*sorted({"avif", "heif"} & {str(kind) for kind in model.get_output_content_types()}), "-")
for name in ("picture.avif", "picture.heic"):
    picture.save(name)
    result = model.identify_path(name)
    print(Path(name).read_bytes()[4:12].decode(), result.output.mime_type, result.score > 0.8)
PYTHON
"$python" look.py >seen
still "of avif and heif, the model knows" - "$(sed -n 1p seen)"
still "AVIF: its brand, what it is called, a score over 0.8" "ftypavif video/mp4 True" "$(sed -n 2p seen)"
still "HEIC: its brand, what it is called, a score over 0.8" "ftypheic video/mp4 True" "$(sed -n 3p seen)"
