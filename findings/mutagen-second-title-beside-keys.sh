#!/usr/bin/env bash
# mutagen 1.48.1, PyAV 18.1.0 (FFmpeg's MP4 muxer and demuxer), exiftool 12.57 (Debian: libimage-exiftool-perl)
#
# Behaviour: an MP4's list of tags is either of Apple's fixed names, or of numbers into a table of key names ("mdta",
# as FFmpeg writes with use_metadata_tags). mutagen does not look which. It adds a fixed name to a list of numbers,
# and leaves the old title in its place: the file has two titles, and readers differ on which is the title.
# Seen: title set to "New": exiftool shows "New" and "Old", FFmpeg "Old". A key of one's own, "ailabel", survives.
# Expected: that the key "title" is changed, or that the file is refused.
# What to do: look for a "keys" box beside the list before editing with mutagen, and edit such a file with a tool that
# knows it. Who reads labels takes both kinds of entry, and treats two different values as a contradiction.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need exiftool libimage-exiftool-perl
python_packages av==18.1.0 numpy==2.4.6 mutagen==1.48.1

cat >make.py <<'PYTHON'
import av
import numpy as np
from mutagen.mp4 import MP4

with av.open("clip.mp4", "w", options={"movflags": "use_metadata_tags"}) as clip:
    clip.metadata.update({"title": "Old", "ailabel": "made by a machine"})
    stream = clip.add_stream("mpeg4", rate=25)
    stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
    for number in range(50):
        picture = np.full((240, 320, 3), 5 * number, np.uint8)
        clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    clip.mux(stream.encode())
file = MP4("clip.mp4")
file["\xa9nam"] = ["New"]
file.save()
with av.open("clip.mp4") as clip:
    print(clip.metadata["title"], clip.metadata["ailabel"], sep="\t")
PYTHON
IFS=$'\t' read -r title label < <("$python" make.py)
still "title, for FFmpeg" Old "$title"
still "titles, for exiftool" "New Old" "$(exiftool -a -s -s -s -Title clip.mp4 | sort | xargs)"
still "a key of one's own" "made by a machine" "$label"
