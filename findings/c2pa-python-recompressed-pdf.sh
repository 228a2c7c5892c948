#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs), pikepdf 10.18.0 (qpdf)
#
# Behaviour: the reader takes the bytes of a PDF's manifest attachment as they lie in the file, filters and all. Once
# a tool has deflated the attachment (qpdf and mutool do when they write a PDF anew), it finds no manifest store in
# them.
# Seen: written anew with the attachment deflated: "invalid JUMBF header"; with it as it was: Invalid, with
# assertion.dataHash.mismatch. Both attachments unpack to the same bytes.
# Expected: the same answer twice. A stream's filters are no part of its content, and in both the manifest is whole.
# What to do: take "invalid JUMBF header" of a PDF for "was changed after sealing", not for a malformed manifest;
# where the difference matters, unpack the attachment with a PDF library and hand it in as the manifest.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-python==0.38.1 pikepdf==10.18.0
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import hashlib

import c2pa
import pikepdf

from credential import read, seal

page = pikepdf.new()
page.add_blank_page(page_size=(200, 200))
page.save("plain.pdf")
seal("plain.pdf", "sealed.pdf", "application/pdf")
for name, compress in (("as-it-was.pdf", False), ("deflated.pdf", True)):
    with pikepdf.open("sealed.pdf") as pdf:
        pdf.save(name, compress_streams=compress)
    with pikepdf.open(name) as pdf:
        (attachment,) = pdf.attachments.values()
        content = hashlib.sha256(attachment.get_file().read_bytes()).hexdigest()[:16]
    try:
        said = read(name, "application/pdf")["validation_state"]
    except c2pa.C2paError as error:
        said = str(error)
    print(content, said, sep="\t")
PYTHON
"$python" look.py >seen
IFS=$'\t' read -r plain_content plain < <(sed -n 1p seen)
IFS=$'\t' read -r deflated_content deflated < <(sed -n 2p seen)
still "both attachments unpack to the same bytes" "$plain_content" "$deflated_content"
still "written anew, attachment as it was" Invalid "$plain"
still "written anew, attachment deflated" "Verify: invalid JUMBF header" "$deflated"
