#!/usr/bin/env bash
# exiftran 2.10 (Debian: exiftran 2.10-4), Pillow 13.0.0
#
# Behaviour: rotating a JPEG that has EXIF keeps its XMP. Rotating one that has XMP and no EXIF loses it: the segment of
# the XMP is filled with an empty EXIF instead. Colour profile and comment stay in both cases. Nothing is said, and
# pictures out of generators seldom have EXIF.
# Seen: XMP after `exiftran -9`: with EXIF before it there, without EXIF gone, and EXIF there, which was not asked for.
# Expected: the XMP is kept in both cases.
# What to do: jpegtran -copy all -rotate 90, which keeps both.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need exiftran exiftran
need jpegtran libjpeg-turbo-progs
python_packages Pillow==13.0.0

"$python" - <<'PYTHON'
from PIL import Image

PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="made by a machine"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
described = Image.Exif()
described[0x010E] = "A wall"
wall = Image.new("RGB", (64, 32), "teal")
wall.save("with.jpg", exif=described, xmp=PACKET)
wall.save("without.jpg", xmp=PACKET)
PYTHON
has() { grep -a -q "$1" "$2" && echo there || echo gone; }
exiftran -9 with.jpg -o with-9.jpg
exiftran -9 without.jpg -o without-9.jpg
jpegtran -copy all -rotate 90 -outfile other.jpg without.jpg
still "XMP of a file with EXIF" there "$(has 'made by a machine' with-9.jpg)"
still "XMP of a file without" gone "$(has 'made by a machine' without-9.jpg)"
still "EXIF of a file without" there "$(has Exif without-9.jpg)"
still "XMP of the same after jpegtran" there "$(has 'made by a machine' other.jpg)"
