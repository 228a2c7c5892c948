#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs), pyHanko 0.38.0, pikepdf 10.18.0
#
# Behaviour: embedding a manifest in a PDF that is digitally signed writes the whole file anew. The C2PA credential is
# valid afterwards; the document's own signature is not any more.
# Seen: before intact=True, after intact=False; the reader of the credential says Valid.
# Expected: an incremental update, which leaves the signed bytes where they are (as PDF signing tools write), or a
# refusal to embed in a signed document.
# What to do: look for a signature field before embedding, and put the manifest of a signed PDF beside it. Or embed
# first, and let the document be signed last.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-python==0.38.1 pyHanko==0.38.0 pikepdf==10.18.0
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import pikepdf
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from credential import read, seal

page = pikepdf.new()
page.add_blank_page(page_size=(200, 200))
page.save("plain.pdf")
signer = signers.SimpleSigner.load("key.pem", "signer.pem", ca_chain_files=["ca.pem"])
with open("plain.pdf", "rb") as plain, open("signed.pdf", "wb") as signed:
    field = signers.PdfSignatureMetadata(field_name="Signature")
    signers.sign_pdf(IncrementalPdfFileWriter(plain), field, signer=signer, output=signed)


def signature(path):
    with open(path, "rb") as file:
        embedded = PdfFileReader(file).embedded_signatures[0]
        trust = ValidationContext(trust_roots=[load_cert_from_pemder("ca.pem")], allow_fetching=False)
        return validate_pdf_signature(embedded, trust).intact


seal("signed.pdf", "sealed.pdf", "application/pdf")
print(signature("signed.pdf"), signature("sealed.pdf"), read("sealed.pdf", "application/pdf")["validation_state"])
PYTHON
read -r before after credential < <("$python" look.py)
still "document's signature is intact before embedding" True "$before"
still "document's signature is intact after embedding" False "$after"
still "the embedded credential" Valid "$credential"
