#!/usr/bin/env bash
# opencc-js 1.4.2 (npm), opencc 1.4.2 (Python)
#
# Behaviour: both have the version number and the word lists of OpenCC 1.4.2, and convert from traditional to simplified
# Chinese. The JavaScript one leaves characters alone whose simplified form is beyond U+FFFF, and converts those that
# have one within: it comes without the list TSCharactersExt, which the t2s of the other one uses.
# Seen: characters of the unified CJK blocks for which they differ: 903, all of them simplified by opencc to one beyond U+FFFF.
# Expected: none; one version, one conversion.
# What to do: where texts are compared after folding, fold both with the same program, and say with which.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages opencc==1.4.2
node_packages opencc-js@1.4.2

cat >convert.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { Converter } from "opencc-js";
const convert = Converter({ from: "t", to: "cn" });
const lines = [];
for (const [first, last] of [[0x3400, 0x9fff], [0x20000, 0x323af]]) {
  for (let code = first; code <= last; code++) lines.push(convert(String.fromCodePoint(code)));
}
writeFileSync("converted.txt", lines.join("\n"));
JS
cat >compare.py <<'PYTHON'
from itertools import chain
from pathlib import Path

from opencc import OpenCC

convert = OpenCC("t2s").convert
others = Path("converted.txt").read_text(encoding="utf-8").split("\n")
ours = [convert(chr(code)) for code in chain(range(0x3400, 0xA000), range(0x20000, 0x323B0))]
different = [mine for mine, other in zip(ours, others, strict=True) if mine != other]
print(len(different), sum(ord(mine) > 0xFFFF for mine in different), convert("標記") == "标记")
PYTHON
node convert.mjs
read -r different beyond usual < <("$python" compare.py)
still "characters for which they differ" 903 "$different"
still "of those, simplified to one beyond U+FFFF" 903 "$beyond"
still "usual words are converted" True "$usual"
