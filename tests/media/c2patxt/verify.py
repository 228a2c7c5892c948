"""What c2patxt, a validator of text manifests that is written in Python alone, says of the text on standard input."""

import json
import sys

import c2patxt

verdict = c2patxt.verify(sys.stdin.buffer.read().decode())
codes = [str(status.code) for status in (*verdict.success, *verdict.failure)]
json.dump({"state": str(verdict.state.value), "codes": codes}, sys.stdout)
