#!/usr/bin/env bash
# iscc-core 1.5.0 on Python 3.11, iscc-lib 0.7.0
#
# Behaviour: iscc-core leaves out control characters by asking Python for the category, and a character that is younger
# than Python's tables counts as one. Python 3.11 has those of Unicode 14: the Han characters that came with Unicode
# 15.0 and 15.1, many of them from names, are no part of a text. iscc-lib, of the same makers, has newer tables of its
# own and keeps them. One standard, two codes for one text; with iscc-core also from one Python to the next.
# Seen: of 4,814 characters (U+2EBF0 to U+2EE5D, U+31350 to U+323AF) iscc-core keeps 0, iscc-lib all; a text of sixty of
# them has the code of an empty text, and an article about somebody with such a name gets another code from each.
# Expected: one code for one text, whatever calculates it.
# What to do: note with a code which program and which Python made it, and calculate both sides with the same ones.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages iscc-core==1.5.0 iscc-lib==0.7.0

cat >look.py <<'PYTHON'
import unicodedata

import iscc_core
import iscc_lib

YOUNG = [chr(code) for code in (*range(0x2EBF0, 0x2EE5E), *range(0x31350, 0x323B0))]
SIXTY = "".join(YOUNG[:60])
ARTICLE = f"昨天，王{YOUNG[0]}老师在学校图书馆给孩子们讲了一个关于小鸟的故事，大家听得很认真。"


def code(library, text):
    return library.gen_text_code_v0(text, bits=256)["iscc"]


kept = [sum(library.text_collapse(sign) == sign for sign in YOUNG) for library in (iscc_core, iscc_lib)]
print(unicodedata.unidata_version, *kept)
print(code(iscc_core, SIXTY) == code(iscc_core, ""), code(iscc_lib, SIXTY) == code(iscc_lib, ""))
print(*(code(iscc_core, text) == code(iscc_lib, text) for text in (ARTICLE, ARTICLE.replace(YOUNG[0], "小"))))
PYTHON
{ read -r unicode core lib; read -r core_empty lib_empty; read -r article usual; } < <("$python" look.py)
if [[ $unicode != 14.0.0 ]]; then
    printf 'This script needs Python 3.11, which has the tables of Unicode 14; this one has %s.\n' "$unicode" >&2
    exit 2
fi
still "young characters that iscc-core keeps" 0 "$core"
still "young characters that iscc-lib keeps" 4814 "$lib"
still "iscc-core: sixty of them have the code of an empty text" True "$core_empty"
still "iscc-lib: the same" False "$lib_empty"
still "both give an article with such a name one code" False "$article"
still "both give it one code with a usual name" True "$usual"
