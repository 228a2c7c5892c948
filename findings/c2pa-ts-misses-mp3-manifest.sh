#!/usr/bin/env bash
# @trustnxt/c2pa-ts 0.9.4 (npm), c2pa-python 0.38.1 (c2pa-rs), mutagen 1.48.1
#
# Behaviour: both keep the manifest of an MP3 in a GEOB frame, under different media types. c2pa-python writes
# "application/c2pa", c2pa-ts looks only for "application/x-c2pa-manifest-store", and says of the other's file that it
# has no manifest: no error, and no hint that there is one. Of a JPEG it reads what c2pa-python wrote.
# Seen: the MP3 as it is: no manifest; with nothing but the frame's media type replaced: one of the same length.
# Expected: that a reader takes both: the first is today's registered type, the second an earlier one.
# What to do: when a reader says that an MP3 has no credential, ask a second one, or look for GEOB frames yourself,
# before you call the file unsigned.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need lame lame
python_packages c2pa-python==0.38.1 mutagen==1.48.1 Pillow==13.0.0
node_packages @trustnxt/c2pa-ts@0.9.4
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >make.py <<'PYTHON'
import shutil
import subprocess
import wave

from mutagen.id3 import ID3
from PIL import Image

from credential import seal

Image.new("RGB", (64, 64), "teal").save("picture.jpg")
with wave.open("sound.wav", "wb") as sound:
    sound.setparams((1, 2, 44100, 0, "NONE", ""))
    sound.writeframes(bytes(88200))
subprocess.run(["lame", "--quiet", "sound.wav", "sound.mp3"], check=True)
seal("picture.jpg", "sealed.jpg", "image/jpeg")
print(len(seal("sound.mp3", "sealed.mp3", "audio/mpeg")))
shutil.copy("sealed.mp3", "retyped.mp3")
tag = ID3("retyped.mp3")
(frame,) = tag.getall("GEOB")
frame.encoding, frame.mime = 0, "application/x-c2pa-manifest-store"
tag.save()
PYTHON
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import { JPEG, MP3 } from "@trustnxt/c2pa-ts/asset";
const length = async (Kind, name) => (await new Kind(readFileSync(name)).getManifestJUMBF())?.length ?? "none";
console.log((await length(JPEG, "sealed.jpg")) > 0, await length(MP3, "sealed.mp3"), await length(MP3, "retyped.mp3"));
JS
written=$("$python" make.py)
read -r picture sound retyped < <(node look.mjs)
still "manifest found in the JPEG" true "$picture"
still "manifest found in the MP3 (of $written bytes)" none "$sound"
still "with the earlier media type" "$written" "$retyped"
