#!/usr/bin/env bash
# pillow-jxl-plugin 1.3.8, Pillow 13.0.0
#
# Behaviour: save(..., xmp=packet) writes the packet into a JPEG XL file, where other tools find it. Opening that file
# gives no packet: info has none, getxmp() is empty. Saving it again loses the packet, while EXIF, which goes both ways,
# can be handed on. Pillow's own JPEG, WebP and AVIF give the packet back in info["xmp"].
# Seen: packet in the file: True; info["xmp"] of the JPEG XL: False, of a WebP: True; packet after one more save: False.
# Expected: info["xmp"], as for the other formats.
# What to do: read the "xml " box of the file yourself, and hand it to save().
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages pillow-jxl-plugin==1.3.8 Pillow==13.0.0 defusedxml==0.7.1

cat >look.py <<'PYTHON'
from pathlib import Path

import pillow_jxl  # noqa: F401 - registers the format
from PIL import Image

PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="made by a machine"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
picture = Image.new("RGB", (64, 64), "teal")
picture.save("picture.jxl", xmp=PACKET)
picture.save("picture.webp", xmp=PACKET)
opened = Image.open("picture.jxl")
opened.save("again.jxl", xmp=opened.info.get("xmp"))
print(
    PACKET in Path("picture.jxl").read_bytes(),
    "xmp" in opened.info or bool(opened.getxmp()),
    "xmp" in Image.open("picture.webp").info,
    PACKET in Path("again.jxl").read_bytes(),
)
PYTHON
read -r written found webp again < <("$python" look.py)
still "the packet is in the file" True "$written"
still "the packet is found when it is opened" False "$found"
still "that of a WebP is" True "$webp"
still "the packet is in the file after one more save" False "$again"
