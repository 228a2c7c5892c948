#!/usr/bin/env bash
# encypher-c2pa 1.7.1, c2pa-python 0.38.1 (c2pa-rs)
#
# Behaviour: the validator judges a manifest beside a text file by the media type that it is told. For Markdown, XML
# and YAML it checks the hash over the file's bytes. For JSON, CSV and plain text it calls the same assertion
# malformed, since it applies the rules for manifests that are embedded in text there.
# Seen: assertion.dataHash.match for the first three, assertion.dataHash.malformed for the others; c2pa-python made
# all six in the same way.
# Expected: one answer for all; a data hash over a whole file does not depend on what the file means.
# What to do: do not read "malformed" of this validator as "damaged" for these types; ask it with a neutral type, or
# ask another validator too.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-python==0.38.1 encypher-c2pa==1.7.1
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import json
import re
from pathlib import Path

import encypher_c2pa

from credential import seal

FILES = {
    "text/markdown": b"# Title\n",
    "text/xml": b"<root/>\n",
    "application/yaml": b"a: 1\n",
    "application/json": b'{"a": 1}\n',
    "text/csv": b"a,b\n1,2\n",
    "text/plain": b"a line\n",
}
for media_type, content in FILES.items():
    Path("file").write_bytes(content)
    manifest = seal("file", "copy", media_type, embed=False)
    report = encypher_c2pa.verify_detached_bytes(content, manifest, media_type, json.dumps({}))
    text = report if isinstance(report, str) else json.dumps(report)
    print(media_type, *sorted(set(re.findall(r"assertion\.dataHash\.\w+", text))))
PYTHON
"$python" look.py >seen
while read -r media_type code; do
    case $media_type in
        text/markdown | text/xml | application/yaml) known=assertion.dataHash.match ;;
        *) known=assertion.dataHash.malformed ;;
    esac
    still "$media_type" "$known" "$code"
done <seen
