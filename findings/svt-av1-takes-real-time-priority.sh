#!/usr/bin/env bash
# SVT-AV1 4.1.0 in PyAV 18.1.0
#
# Behaviour: encoding AV1 with libsvtav1 gives the highest real-time priority (SCHED_FIFO, 99) to every thread of the
# encoder and to the thread that opened it, where the process may take it, as root may. The caller keeps it when the
# encoder is closed, and whatever it starts inherits it. Two such processes on two processors leave no time to others.
# Seen: policy of the calling thread before: 0 (SCHED_OTHER), after: 1 (SCHED_FIFO) with priority 99; of a process that
# it starts then: 1. With libx264: 0 and 0.
# Expected: the caller's priority is left alone.
# What to do: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)) afterwards, and for the encoder's threads too;
# or encode where CAP_SYS_NICE is not to be had.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
if [[ $(id -u) != 0 ]]; then
    printf 'This script shows something only where it runs as root, with CAP_SYS_NICE.\n' >&2
    exit 2
fi
python_packages av==18.1.0 numpy==2.4.6

cat >look.py <<'PYTHON'
import io
import os
import subprocess
import sys

import av
import numpy as np


def policy():
    return os.sched_getscheduler(0)


def child():
    asked = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def encode(codec):
    with av.open(io.BytesIO(), "w", format="mp4") as clip:
        stream = clip.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(3):
            picture = np.full((64, 64, 3), 20 * number, np.uint8)
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        clip.mux(stream.encode())


before = policy()
encode("libx264")
other = policy()
encode("libsvtav1")
print(before, other, policy(), os.sched_getparam(0).sched_priority, child())
PYTHON
read -r before other after priority started < <("$python" look.py 2>/dev/null)
still "policy before" 0 "$before"
still "after libx264" 0 "$other"
still "after libsvtav1" 1 "$after"
still "priority" 99 "$priority"
still "policy of what is started then" 1 "$started"
