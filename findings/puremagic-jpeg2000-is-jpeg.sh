#!/usr/bin/env bash
# puremagic 1.30, Pillow 13.0.0
#
# Behaviour: for a JPEG 2000 file, the first guess is image/jpeg, with image/jp2 behind it, although the file begins
# with the signature box of JPEG 2000, which no JPEG has.
# Seen: from_string(mime=True): image/jpeg; among all guesses: image/jp2 as well.
# Expected: image/jp2 first.
# What to do: compare the first twelve bytes with the signature box yourself before asking, or take JPEG only where
# the file begins with FF D8 FF.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages puremagic==1.30 Pillow==13.0.0

cat >look.py <<'PYTHON'
from pathlib import Path

import puremagic
from PIL import Image

Image.effect_mandelbrot((320, 200), (-2, -1.2, 1, 1.2), 60).convert("RGB").save("picture.jp2")
content = Path("picture.jp2").read_bytes()
guesses = {guess.mime_type for guess in puremagic.magic_string(content)}
print(content[4:8].decode(), puremagic.from_string(content, mime=True), "image/jp2" in guesses)
PYTHON
read -r signature first among < <("$python" look.py)
still "box that the file begins with" jP "$signature"
still "first guess" image/jpeg "$first"
still "image/jp2 is among the guesses" True "$among"
