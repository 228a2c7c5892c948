#!/usr/bin/env bash
# fpcalc 1.5.1 (Debian: libchromaprint-tools 1.5.1-2), Python's standard library
#
# Behaviour: the fingerprint is made of the sum of the channels. Where the right channel is the left one with the sign
# turned, the sum is nothing, and the fingerprint is that of silence, the same for every such recording.
# Seen: two different melodies in opposite phase: one fingerprint, that of a silent file; as mono: two different ones.
# Expected: a fingerprint of what is heard; on two loudspeakers such a recording is loud, if odd. It happens by a
# wrongly wired cable, in wideners and in filters that take the voice out.
# What to do: measure how loud the sum of the channels is beside each of them; if it is near nothing, take one channel
# for the fingerprint. Keep the fingerprint of silence out of an index, whose entries it would all match.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need fpcalc libchromaprint-tools
need python3 python3

python3 - <<'PYTHON'
import array
import math
import wave

RATE = 11025
MELODIES = {"rising": (262, 294, 330, 392, 440, 523), "falling": (880, 784, 587, 494, 415, 349), "silent": (0,)}


def write(name, channels, samples):
    with wave.open(name, "wb") as sound:
        sound.setparams((channels, 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())


for melody, notes in MELODIES.items():
    tones = (notes[second % len(notes)] for second in range(30))
    mono = [int(9000 * math.sin(2 * math.pi * tone * n / RATE)) for tone in tones for n in range(RATE)]
    write(f"{melody}-mono.wav", 1, array.array("h", mono))
    write(f"{melody}-opposite.wav", 2, array.array("h", (value for left in mono for value in (left, -left))))
PYTHON
# With this version, the end of a WAV counts as an error after the fingerprint was printed.
fingerprint() { { fpcalc -raw "$1.wav" 2>/dev/null || true; } | grep -E '^FINGERPRINT=[0-9]+,' || echo "none of $1"; }
same() { [[ $(fingerprint "$1") == "$(fingerprint "$2")" ]] && echo yes || echo no; }
fpcalc -version
still "mono: the two melodies have one fingerprint" no "$(same rising-mono falling-mono)"
still "opposite phase: they have" yes "$(same rising-opposite falling-opposite)"
still "it is that of silence" yes "$(same rising-opposite silent-mono)"
