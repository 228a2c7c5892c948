#!/usr/bin/env bash
# mkvmerge 74.0.0 (Debian: mkvtoolnix 74.0.0-1+deb12u1), mutagen 1.48.1, flac 1.4.2, vorbis-tools 1.4.2
#
# Behaviour: what becomes of a sound file's Vorbis comments in Matroska depends on the container that they came from,
# and on their names. Of Ogg Vorbis the names that mkvmerge knows become tags, a name of one's own is dropped. Of FLAC
# none becomes a tag, not even the artist: all stay within the codec's private data, where players and tag readers do
# not look.
# Seen: tags of the MKV from Ogg: ARTIST; from FLAC: none; both comments are inside its codec data.
# Expected: a tag for each comment, whatever its name and source, as ffmpeg writes them.
# What to do: hand the tags in yourself (--tags), or mux with ffmpeg. Who looks for labels in Matroska reads the
# comment block in the codec data of FLAC tracks as well.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need mkvmerge mkvtoolnix
need flac flac
need oggenc vorbis-tools
python_packages mutagen==1.48.1

"$python" - <<'PYTHON'
import subprocess
import wave

import mutagen

with wave.open("sound.wav", "wb") as sound:
    sound.setparams((1, 2, 44100, 0, "NONE", ""))
    sound.writeframes(bytes(88200))
subprocess.run(["flac", "--silent", "sound.wav", "-o", "sound.flac"], check=True)
subprocess.run(["oggenc", "--quiet", "sound.wav", "-o", "sound.ogg"], check=True)
for name in ("sound.flac", "sound.ogg"):
    file = mutagen.File(name)
    file["artist"], file["ailabel"] = "Somebody", "made by a machine"
    file.save()
PYTHON
for kind in ogg flac; do
    mkvmerge --quiet --disable-track-statistics-tags -o "$kind.mkv" "sound.$kind"
    mkvextract "$kind.mkv" tags "$kind.xml" >/dev/null
    { [[ -s $kind.xml ]] && grep -o -i -E '<Name>(artist|ailabel)</Name>' "$kind.xml" || echo none; } >"$kind.tags"
done
mkvmerge --version
still "Ogg Vorbis: tags" "<Name>ARTIST</Name>" "$(cat ogg.tags)"
still "FLAC: tags" none "$(cat flac.tags)"
still "FLAC: comments in the file" "ailabel=made artist=Somebody" \
    "$(grep -a -o -i -E 'artist=Somebody|ailabel=made' flac.mkv | sort -u | xargs)"
