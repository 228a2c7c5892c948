#!/usr/bin/env bash
# msgspec 0.22.0
#
# Behaviour: bytes in a text that are no UTF-8 raise Python's UnicodeDecodeError, in JSON and in MessagePack; it is none
# of the library's own errors, which everything else raises that cannot be decoded.
# Seen: no UTF-8: UnicodeDecodeError in both formats; cut off: DecodeError in both.
# Expected: one family of errors, msgspec.MsgspecError, for whatever cannot be decoded.
# What to do: where bytes come from somebody who is not trusted, catch UnicodeDecodeError beside MsgspecError.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages msgspec==0.22.0

cat >look.py <<'PYTHON'
import sys

import msgspec

bodies = {"no UTF-8": (b'"\xc3\x28"', b"\xa2\xc3\x28"), "cut off": (b'"ab', b"\xa2a")}
names = []
for decode, body in zip((msgspec.json.decode, msgspec.msgpack.decode), bodies[sys.argv[1]], strict=True):
    try:
        decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        names.append(type(error).__name__)
print(*names)
PYTHON
still "no UTF-8" "UnicodeDecodeError UnicodeDecodeError" "$("$python" look.py "no UTF-8")"
still "cut off" "DecodeError DecodeError" "$("$python" look.py "cut off")"
