#!/usr/bin/env bash
# music-metadata 11.16.1 (npm), PyAV 18.1.0
#
# Behaviour: an MP4 whose metadata is a table of keys with values by number (the `mdta` form, which FFmpeg writes with
# movflags=use_metadata_tags) is read without that table. Each value stands under its number, as four bytes; which key
# it belongs to is not told, no warning is given, and the title is not among the common ones.
# Seen: names: 00000001 00000002 00000003; title in `common`: none; the values themselves: there. In the iTunes form,
# which FFmpeg writes by default, the title is found.
# Expected: the names of the keys, and the title.
# What to do: read the keys box of such files yourself (moov.udta.meta or moov.meta), or look for a label among the
# values, whatever they are called.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages av==18.1.0 numpy==2.4.6
node_packages music-metadata@11.16.1

"$python" - <<'PYTHON'
import av
import numpy as np


def make(path, options):
    with av.open(path, "w", options=options) as sound:
        sound.metadata["title"] = "A tone"
        sound.metadata["ailabel"] = "made by a machine"
        stream = sound.add_stream("aac", rate=44100, layout="mono")
        wave = np.sin(np.arange(1024 * 40) / 16).astype(np.float32).reshape(1, -1)
        for start in range(0, wave.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(wave[:, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate = 44100
            sound.mux(stream.encode(frame))
        sound.mux(stream.encode())


make("keyed.m4a", {"movflags": "use_metadata_tags"})
make("plain.m4a", {})
PYTHON
cat >look.mjs <<'JS'
import { parseFile } from "music-metadata";
const { native, common, quality } = await parseFile("keyed.m4a");
const tags = Object.values(native).flat();
console.log(tags.map(({ id }) => Buffer.from(id, "latin1").toString("hex")).join("-"));
console.log(tags.some(({ value }) => value === "made by a machine"), common.title ?? "none", quality.warnings.length);
console.log((await parseFile("plain.m4a")).common.title ?? "none");
JS
{ read -r names; read -r value title warnings; read -r plain; } < <(node look.mjs)
still "names of what is found" 00000001-00000002-00000003 "$names"
still "the label's value is among them" true "$value"
still "title" none "$title"
still "warnings" 0 "$warnings"
still "title in the iTunes form" "A tone" "$plain"
