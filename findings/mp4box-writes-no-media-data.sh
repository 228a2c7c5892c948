#!/usr/bin/env bash
# mp4box 2.4.1 (npm), PyAV 18.1.0
#
# Behaviour: an MP4 is given to createFile() as a whole and asked back by getBuffer(), with nothing changed between. The
# box of media data is left out, without a word: not by onError, not by an exception. The table of contents still names
# the old places, so what is written has a title and a length, and plays nothing.
# Seen: boxes before: ftyp free mdat moov; after: ftyp free moov; frames that decode: 50 before, 0 after. With
# createFile(true), which keeps the media data, the bytes that come back are those that went in.
# Expected: the file that went in, or a refusal.
# What to do: createFile(true) wherever a file is to be written again, and decode a frame of what was written.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages av==18.1.0 numpy==2.4.6
node_packages mp4box@2.4.1

cat >clip.py <<'PYTHON'
import sys

import av
import numpy as np


def make(path):
    with av.open(path, "w") as clip:
        stream = clip.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(50):
            picture = np.full((240, 320, 3), 5 * number, np.uint8)
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        clip.mux(stream.encode())


def frames(path):
    try:
        with av.open(path) as clip:
            return sum(1 for _ in clip.decode(video=0))
    except av.FFmpegError:
        return 0


if sys.argv[1] == "make":
    make("clip.mp4")
else:
    print(*(frames(path) for path in sys.argv[2:]))
PYTHON
cat >rewrite.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { createFile } from "mp4box";
const clip = readFileSync("clip.mp4");
const boxes = (file) => {
  const names = [];
  for (let at = 0; at < file.length; at += file.readUInt32BE(at)) names.push(file.toString("latin1", at + 4, at + 8));
  return names.join("-");
};
const rewritten = (keep) => {
  const file = createFile(keep);
  file.onError = () => { throw new Error("it says so"); };
  file.appendBuffer(Object.assign(new Uint8Array(clip).buffer, { fileStart: 0 }));
  file.flush();
  return Buffer.from(file.getBuffer().buffer);
};
const plain = rewritten();
writeFileSync("plain.mp4", plain);
console.log(boxes(clip), boxes(plain), rewritten(true).equals(clip));
JS
"$python" clip.py make
read -r before after kept < <(node rewrite.mjs)
still "boxes before" ftyp-free-mdat-moov "$before"
still "boxes after" ftyp-free-moov "$after"
still "frames that decode, before and after" "50 0" "$("$python" clip.py count clip.mp4 plain.mp4 2>/dev/null)"
still "with createFile(true) the bytes are the same" true "$kept"
