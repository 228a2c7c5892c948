#!/usr/bin/env bash
# ImageMagick 6.9.11-60 (Debian: imagemagick 8:6.9.11.60+dfsg-1.6+deb12u15)
#
# Behaviour: XMP lies in a GIF as one plain packet with a trailer that leads readers of sub-blocks past it.
# ImageMagick reads it as sub-blocks: it takes some characters for lengths and drops them. It writes what is left as
# sub-blocks, and under the name "xmp dataxmp" in place of "XMP DataXMP".
# Seen: three bytes of the packet are gone, the first among them, and it is no XML any more.
# Expected: the packet as it was, under the name that the XMP specification gives.
# What to do: after ImageMagick, write the XMP of a GIF anew with another tool, from the original. Who reads XMP in
# GIFs should compare the name without regard to case and be ready for sub-blocks, and for a packet that is no XML.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need convert imagemagick
python_packages Pillow==13.0.0

cat >make.py <<'PYTHON'
from pathlib import Path

from PIL import Image

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:ex="https://example.org/ns/" ex:Label="made by a machine"/></rdf:RDF></x:xmpmeta>"""
trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
Image.effect_mandelbrot((64, 64), (-2, -1.2, 1, 1.2), 60).convert("P").save("plain.gif")
gif = Path("plain.gif").read_bytes()
table = 13 + (3 << (gif[10] & 7) + 1 if gif[10] & 0x80 else 0)
Path("marked.gif").write_bytes(b"GIF89a" + gif[6:table] + b"!\xff\x0bXMP DataXMP" + XMP + trailer + gif[table:])
PYTHON
cat >look.py <<'PYTHON'
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

gif = Path(sys.argv[1]).read_bytes()
start = re.search(rb"!\xff\x0b(xmp dataxmp)", gif, re.IGNORECASE)
rest, name = gif[start.end() :], start[1].decode()
if name != "XMP DataXMP":
    blocks = b""
    while rest[0]:
        blocks, rest = blocks + rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
    rest = blocks
packet = rest.partition(b"\x01\xff")[0]
try:
    ElementTree.fromstring(packet)
    kind = "XML"
except ElementTree.ParseError:
    kind = "no XML"
print(name, f"{len(packet)} bytes", kind, sep=", ")
PYTHON
"$python" make.py
convert marked.gif converted.gif
convert --version | head -n 1
still "before" "XMP DataXMP, 219 bytes, XML" "$("$python" look.py marked.gif)"
still "after" "xmp dataxmp, 216 bytes, no XML" "$("$python" look.py converted.gif)"
