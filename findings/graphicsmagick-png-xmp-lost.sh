#!/usr/bin/env bash
# GraphicsMagick 1.3.40 (Debian: graphicsmagick 1.4+really1.3.40-4), Pillow 13.0.0
#
# Behaviour: `gm convert` keeps the XMP of a JPEG and of a TIFF. That of a PNG is lost, also where the file is only
# written again as what it was, and a JPEG's is lost on the way to PNG. ImageMagick, which it comes from, keeps both.
# Seen: XMP after `gm convert`: JPEG there, TIFF there, PNG gone, JPEG to PNG gone.
# Expected: kept wherever the format has a place for it.
# What to do: put the packet back afterwards (exiftool -tagsFromFile), or use a program that carries it over.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need gm graphicsmagick
need exiftool libimage-exiftool-perl
python_packages Pillow==13.0.0

"$python" - <<'PYTHON'
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="made by a machine"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
wall = Image.effect_noise((64, 32), 40).convert("RGB")
wall.save("wall.jpg", xmp=PACKET)
wall.save("wall.tif", tiffinfo={700: PACKET})
text = PngInfo()
text.add_itxt("XML:com.adobe.xmp", PACKET.decode())
wall.save("wall.png", pnginfo=text)
PYTHON
xmp() { [[ $(exiftool -q -q -s3 -XMP-dc:Format "$1") == "made by a machine" ]] && echo there || echo gone; }
for kind in jpg tif png; do
    still "XMP of the $kind that was made" there "$(xmp "wall.$kind")"
    gm convert "wall.$kind" "after.$kind"
done
gm convert wall.jpg from-jpg.png
still "after gm convert, JPEG" there "$(xmp after.jpg)"
still "TIFF" there "$(xmp after.tif)"
still "PNG" gone "$(xmp after.png)"
still "JPEG to PNG" gone "$(xmp from-jpg.png)"
