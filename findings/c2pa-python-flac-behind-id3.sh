#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs), flac 1.4.2, filetype 1.2.0, magika 1.0.3
#
# Behaviour: the manifest of a FLAC goes into an ID3v2 tag in front of the stream marker. The specification of FLAC
# (RFC 9639) knows no such tag, and software differs on what the file is then.
# Seen: the file begins with "ID3"; flac tests it (-t) and refuses to encode it anew; filetype and magika call it
# audio/mpeg, where they call the same file audio/x-flac and audio/flac before.
# Expected: a file that still begins with "fLaC", the manifest in a metadata block of the application kind.
# What to do: decide that a file is MP3 only after looking behind its ID3v2 tag. Before encoding a sealed FLAC anew,
# take the tag off (mutagen's mid3v2 --delete-v2), which takes the credential off as well.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need flac flac
python_packages c2pa-python==0.38.1 filetype==1.2.0 magika==1.0.3
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import math
import struct
import subprocess
import wave
from pathlib import Path

import filetype
from magika import Magika

from credential import seal

with wave.open("sound.wav", "wb") as sound:
    sound.setparams((1, 2, 44100, 0, "NONE", ""))
    sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 16))) for n in range(44100)))
subprocess.run(["flac", "--silent", "sound.wav", "-o", "sound.flac"], check=True)
seal("sound.flac", "sealed.flac", "audio/flac")
for name in ("sound.flac", "sealed.flac"):
    start = Path(name).read_bytes()[:4].rstrip(b"\x04").decode()
    print(start, filetype.guess_mime(name), Magika().identify_path(name).output.mime_type)
PYTHON
"$python" look.py >seen
flac --version
still "before: first bytes, filetype, magika" "fLaC audio/x-flac audio/flac" "$(sed -n 1p seen)"
still "sealed: first bytes, filetype, magika" "ID3 audio/mpeg audio/mpeg" "$(sed -n 2p seen)"
still "flac -t" yes "$(flac --silent --test sealed.flac && echo yes)"
refused=$(flac --silent --output-name again.flac sealed.flac 2>&1) && refused=none
still "flac encodes it anew" "ERROR: input file sealed.flac has an ID3v2 tag" "$(tail -n 1 <<<"$refused")"
