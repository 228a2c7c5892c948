#!/usr/bin/env bash
# c2pa-text-binding 0.3.0
#
# Behaviour: the watermark (com.writerslogic.zwc-watermark.2) is a row of invisible characters in the gaps between
# words, and the zero-width non-joiner is one of them. Persian spells common words with that character. Embedding takes
# such a place for a gap, extraction strips the character before it counts the gaps: all marks behind are looked for in
# wrong places. embed_watermark() raises nothing, and the same text does not give its mark back.
# Seen: read back at once: from an English text and from the Persian one without its non-joiners, the pointer, verified;
# from Persian in its usual spelling: "watermark could not be recovered".
# Expected: the pointer, or an error when it is embedded.
# What to do: extract at once what you have embedded, and do without where that fails; a fingerprint does not mind.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-text-binding==0.3.0

cat >look.py <<'PYTHON'
import c2pa_text_binding as binding

KEY = "5a" * 32
POINTER = "0102030405060708090a0b0c0d0e0f10"
ENGLISH = "The text that a machine has made is marked here so that it can be found again. " * 5
PERSIAN = "این متن را ماشین نوشته است و نشانه\u200cای پنهان در آن گذاشته می\u200cشود تا بعد پیدا شود. " * 5


def read_back(text):
    try:
        pointer, verified, _ = binding.extract_watermark(binding.embed_watermark(text, POINTER, KEY), KEY)
    except ValueError as error:
        return str(error).split(" from")[0]
    return f"pointer {pointer == POINTER}, verified {verified}"


for text in (ENGLISH, PERSIAN.replace("\u200c", ""), PERSIAN):
    print(read_back(text))
PYTHON
{ read -r english; read -r joined; read -r persian; } < <("$python" look.py)
still "English" "pointer True, verified True" "$english"
still "Persian without non-joiners" "pointer True, verified True" "$joined"
still "Persian as it is spelt" "watermark could not be recovered" "$persian"
