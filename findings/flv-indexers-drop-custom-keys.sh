#!/usr/bin/env bash
# flvmeta 1.2.1, yamdi 1.4 (Debian: flvmeta 1.2.1-1, yamdi 1.4-3), PyAV 18.1.0
#
# Behaviour: both tools are run over an FLV to put an index of key frames into its onMetaData. Both write that object
# anew from what they measure; what else stood in it, such as a title or a label, is dropped. flvmeta keeps it with
# --preserve, yamdi has no such option.
# Seen: key "ailabel" before: there; after flvmeta --update, and after yamdi: gone; with --preserve: there.
# Expected: an update that adds to the object, and leaves keys alone which it does not know.
# What to do: flvmeta --update --preserve. An FLV from a streaming server may have lost its label to such a step.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need flvmeta flvmeta
need yamdi yamdi
python_packages av==18.1.0 numpy==2.4.6

"$python" - <<'PYTHON'
import av
import numpy as np

with av.open("clip.flv", "w") as clip:
    clip.metadata["ailabel"] = "made by a machine"
    stream = clip.add_stream("flv1", rate=25)
    stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
    for number in range(50):
        picture = np.full((240, 320, 3), 5 * number, np.uint8)
        clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    clip.mux(stream.encode())
PYTHON
label() { grep -a -q ailabel "$1" && echo there || echo gone; }
flvmeta --update clip.flv flvmeta.flv >/dev/null
flvmeta --update --preserve clip.flv preserved.flv >/dev/null
yamdi -i clip.flv -o yamdi.flv
flvmeta --version | head -n 1
still "before" there "$(label clip.flv)"
still "after flvmeta --update" gone "$(label flvmeta.flv)"
still "after flvmeta --update --preserve" there "$(label preserved.flv)"
still "after yamdi" gone "$(label yamdi.flv)"
