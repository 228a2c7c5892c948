#!/usr/bin/env bash
# pillow-jxl-plugin 1.3.8, Pillow 13.0.0, exifreader 4.46.0 (npm)
#
# Behaviour: a JPEG XL box of the type Exif begins with four bytes that say how far behind them the TIFF header is. The
# plugin writes the TIFF header at once. A reader that goes by the format takes "MM\0*" for that distance, lands far
# beyond the box, and finds nothing: no error, no tags. The plugin itself reads its own files, as it expects no number.
# Seen: first bytes of the box: 4d4d002a; description read by exifreader: none, by the plugin: there. With four zero
# bytes put before the header, exifreader finds it.
# Expected: 00000000 and then the header, as libjxl's own tools write it.
# What to do: as a reader, take a header that stands where the number should be; as a writer, add the four bytes.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages pillow-jxl-plugin==1.3.8 Pillow==13.0.0
node_packages exifreader@4.46.0

cat >look.py <<'PYTHON'
import struct
from pathlib import Path

import pillow_jxl  # noqa: F401 - registers the format
from PIL import Image

DESCRIPTION = 0x010E
exif = Image.Exif()
exif[DESCRIPTION] = "made by a machine"
Image.new("RGB", (64, 64), "teal").save("picture.jxl", exif=exif.tobytes())
content = Path("picture.jxl").read_bytes()
kind = content.index(b"Exif")
size = struct.unpack(">I", content[kind - 4 : kind])[0]
mended = struct.pack(">I", size + 4) + b"Exif" + bytes(4) + content[kind + 4 : kind - 4 + size]
Path("mended.jxl").write_bytes(content[: kind - 4] + mended + content[kind - 4 + size :])
print(content[kind + 4 : kind + 8].hex(), Image.open("picture.jxl").getexif().get(DESCRIPTION) == exif[DESCRIPTION])
PYTHON
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import ExifReader from "exifreader";
const read = (name) => ExifReader.load(readFileSync(name)).ImageDescription?.description ?? "none";
console.log(read("picture.jxl"));
console.log(read("mended.jxl"));
JS
read -r first own < <("$python" look.py)
{ read -r as_written; read -r mended; } < <(node look.mjs)
still "first bytes of the box" 4d4d002a "$first"
still "the plugin reads its own" True "$own"
still "exifreader on what was written" none "$as_written"
still "exifreader with the offset put in" "made by a machine" "$mended"
