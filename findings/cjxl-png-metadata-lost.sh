#!/usr/bin/env bash
# cjxl 0.7.0 (Debian: libjxl-tools 0.7.0-10+deb12u1), Pillow 13.0.0
#
# Behaviour: of a PNG with XMP (iTXt) and Exif (eXIf), cjxl writes neither into the JPEG XL file, without a word. It
# does notice them: the output is in a container, which it otherwise writes only when asked to. Of a JPEG it keeps
# both.
# Seen: boxes for the PNG: JXL, ftyp, jxlc; for the same PNG without metadata: no container; for the JPEG: Exif and
# xml among the boxes (here compressed, in brob boxes).
# Expected: Exif and xml boxes, whatever the source was.
# What to do: after cjxl on a PNG, copy the metadata over with a tool that writes JPEG XL, or take a later cjxl and
# look at its output. An implicit label is gone after this conversion.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need cjxl libjxl-tools
python_packages Pillow==13.0.0

cat >make.py <<'PYTHON'
from PIL import Image, PngImagePlugin

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:ex="https://example.org/ns/" ex:Label="made by a machine"/></rdf:RDF></x:xmpmeta>"""
picture = Image.effect_mandelbrot((320, 200), (-2, -1.2, 1, 1.2), 60).convert("RGB")
exif = Image.Exif()
exif[0x013B] = "Somebody"
text = PngImagePlugin.PngInfo()
text.add_itxt("XML:com.adobe.xmp", XMP)
picture.save("plain.png")
picture.save("marked.png", pnginfo=text, exif=exif)
picture.save("marked.jpg", xmp=XMP.encode(), exif=exif)
PYTHON
cat >boxes.py <<'PYTHON'
import struct
import sys
from pathlib import Path

content, at, names = Path(sys.argv[1]).read_bytes(), 0, []
if content.startswith(b"\xff\x0a"):
    sys.exit(print("no container"))
while at < len(content):
    size, name = struct.unpack_from(">I4s", content, at)
    inner = content[at + 8 : at + 12] if name == b"brob" else b""
    names.append((inner or name).decode().strip())
    at += size or len(content)
print(*names)
PYTHON
"$python" make.py
for name in plain.png marked.png marked.jpg; do
    cjxl "$name" "$name.jxl" --quiet 2>/dev/null
    "$python" boxes.py "$name.jxl" >"$name.boxes"
done
cjxl --version | head -n 1
still "PNG without metadata" "no container" "$(cat plain.png.boxes)"
still "PNG with XMP and Exif" "JXL ftyp jxlc" "$(cat marked.png.boxes)"
kept=$(grep -o -w -E 'Exif|xml' marked.jpg.boxes | sort | xargs)
still "JPEG with XMP and Exif: boxes for metadata" "Exif xml" "$kept"
