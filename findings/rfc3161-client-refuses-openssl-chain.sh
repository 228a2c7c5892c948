#!/usr/bin/env bash
# rfc3161-client 1.0.9, openssl 3.0.19
#
# Behaviour: the certificates in a time stamp are a set, and openssl writes the signer's first, then its chain, in the
# order in which it was told. rfc3161-client reads only sets that are sorted by their bytes, as DER sorts them. Whether
# it reads an answer of `openssl ts` thus depends on which certificate is longer, and so on the names in them.
# Seen: a signer with a long name below a CA with a short one: not read (ValueError, InvalidSetOrdering); one with a
# short name below a CA with a long one: read, and verified. `openssl ts -verify` takes both.
# Expected: both are read. Sorting is asked for in what is signed, and this set is not.
# What to do: let a server of openssl send its own certificate alone (leave out `certs`) and hand the chain to the
# verifier, or try one answer with each reader before stamps are kept for years.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need openssl openssl
python_packages rfc3161-client==1.0.9 cryptography==46.0.3

readonly long="A company whose name is longer than that of most other companies"
# stamp FOLDER CA SIGNER: an answer of a server with these two names, in the folder.
stamp() {
    mkdir "$1"
    (
        cd "$1"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/O=$2/CN=$2" \
            -keyout ca.key -out ca.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=$3/CN=$3" \
            -keyout key.pem -out tsa.csr
        printf '%s\n' extendedKeyUsage=critical,timeStamping keyUsage=critical,digitalSignature >extensions
        openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 \
            -extfile extensions -out tsa.pem
        printf '%s\n' "[tsa]" default_tsa=own "[own]" serial=serial signer_cert=tsa.pem certs=ca.pem \
            signer_key=key.pem signer_digest=sha256 default_policy=1.2.3.4 digests=sha256 ess_cert_id_alg=sha256 >tsa.cnf
        printf '01\n' >serial
        printf 'a file' >data
        openssl ts -query -data data -sha256 -cert -out query
        openssl ts -reply -queryfile query -config tsa.cnf -out answer
    ) >/dev/null 2>&1
}

cat >look.py <<'PYTHON'
import sys
from pathlib import Path

from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response

folder = Path(sys.argv[1])
try:
    answer = decode_timestamp_response((folder / "answer").read_bytes())
except ValueError as error:
    print("InvalidSetOrdering" if "InvalidSetOrdering" in str(error) else error)
else:
    root = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    verifier = VerifierBuilder().add_root_certificate(root).build()
    print("verified" if verifier.verify_message(answer, (folder / "data").read_bytes()) else "not verified")
PYTHON
# openssl_says FOLDER: what openssl itself says of the answer.
openssl_says() {
    openssl ts -verify -in "$1/answer" -data "$1/data" -CAfile "$1/ca.pem" 2>/dev/null
}

stamp signer Short "$long"
stamp authority "$long" Short
still "signer with the longer name" InvalidSetOrdering "$("$python" look.py signer)"
still "the same by openssl" "Verification: OK" "$(openssl_says signer)"
still "CA with the longer name" verified "$("$python" look.py authority)"
still "the same by openssl" "Verification: OK" "$(openssl_says authority)"
