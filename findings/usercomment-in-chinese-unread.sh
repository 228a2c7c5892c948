#!/usr/bin/env bash
# piexif 1.1.3, ExifRead 3.5.1, exifreader 4.46.0 (npm), pyexiv2 2.16.0
#
# Behaviour: EXIF's UserComment begins with the name of its character code. exiv2 writes Chinese as UNICODE, in the byte
# order of the file's EXIF, which it makes little-endian where there is none. piexif takes any for big-endian, ExifRead
# drops NUL bytes and prints the rest as letters, exifreader says that it is Unicode, and not what.
# Seen: a comment of five Chinese characters, little-endian: piexif five other characters, ExifRead "1u:ghVub",
# exifreader "[Unicode encoded text]"; big-endian: piexif the comment, the others as before. None raises an error.
# Expected: the comment, from each. It is one of the places for the label of generated content in China.
# What to do: take the bytes behind the code, and decode them as UTF-16 in the byte order of the TIFF header; piexif
# writes big-endian, so one who reads its files only does not notice.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages piexif==1.1.3 ExifRead==3.5.1 pyexiv2==2.16.0 Pillow==13.0.0
node_packages exifreader@4.46.0

cat >look.py <<'PYTHON'
import exifread
import piexif
import piexif.helper
import pyexiv2
from PIL import Image

COMMENT = "由机器生成"
DESCRIPTION = 0x010E

for order in ("little", "big"):
    name = f"{order}.jpg"
    picture, exif = Image.new("RGB", (64, 64), "teal"), Image.Exif()
    exif.endian = ">"
    exif[DESCRIPTION] = "a picture"
    picture.save(name, exif=exif if order == "big" else b"")
    with pyexiv2.Image(name) as file:
        file.modify_exif({"Exif.Photo.UserComment": f"charset=Unicode {COMMENT}"})
        exiv2 = file.read_exif()["Exif.Photo.UserComment"].removeprefix("charset=Unicode ")
    read = piexif.helper.UserComment.load(piexif.load(name)["Exif"][piexif.ExifIFD.UserComment])
    with open(name, "rb") as file:
        other = str(exifread.process_file(file)["EXIF UserComment"])
    answers = [
        "right" if answer == COMMENT else "wrong" if len(answer) == len(COMMENT) else answer
        for answer in (exiv2, read, "".join(filter(str.isprintable, other)))
    ]
    print(*answers)
PYTHON
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import ExifReader from "exifreader";
const comment = (name) => ExifReader.load(readFileSync(name)).UserComment.description;
console.log(`${comment("little.jpg")}\n${comment("big.jpg")}`);
JS
{ read -r little; read -r big; } < <("$python" look.py)
{ read -r little_js; read -r big_js; } < <(node look.mjs)
still "little-endian, by exiv2, piexif and ExifRead" "right wrong 1u:ghVub" "$little"
still "big-endian, by exiv2, piexif and ExifRead" "right right u1g:Vhub" "$big"
still "little-endian, by exifreader" "[Unicode encoded text]" "$little_js"
still "big-endian, by exifreader" "[Unicode encoded text]" "$big_js"
