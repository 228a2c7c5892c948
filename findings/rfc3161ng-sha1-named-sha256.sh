#!/usr/bin/env bash
# rfc3161ng 2.1.3, openssl 3.0.19
#
# Behaviour: make_timestamp_request takes data and the name of a hash. The request names that hash, but the digest in it
# is always the SHA-1 of the data. A server that looks at the length refuses the request. Given a digest instead of the
# data, the request is right; RemoteTimestamper calculates one itself, and so hides it.
# Seen: data and "sha256": 20 bytes, the SHA-1, refused by openssl ts; the digest and "sha256": 32 bytes, granted.
# Expected: the SHA-256 of the data in both.
# What to do: hash first, and hand over the digest.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
need openssl openssl
python_packages rfc3161ng==2.1.3 cryptography==46.0.3

cat >ask.py <<'PYTHON'
import hashlib
from pathlib import Path

import rfc3161ng

DATA = b"a file that is to have a time stamp"
digest = hashlib.sha256(DATA).digest()
for name, given in {"data": {"data": DATA}, "digest": {"digest": digest}}.items():
    request = rfc3161ng.make_timestamp_request(hashname="sha256", **given)
    sent = bytes(request["messageImprint"]["hashedMessage"])
    named = str(request["messageImprint"]["hashAlgorithm"][0]) == "2.16.840.1.101.3.4.2.1"
    is_of = {hashlib.sha1(DATA).digest(): "sha1", digest: "sha256"}[sent]
    Path(f"{name}.tsq").write_bytes(rfc3161ng.encode_timestamp_request(request))
    print("sha256" if named else "another", is_of)
PYTHON
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=Time" \
    -keyout key.pem -out tsa.pem -addext extendedKeyUsage=critical,timeStamping \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature 2>/dev/null
printf '%s\n' "[tsa]" default_tsa=own "[own]" serial=serial signer_cert=tsa.pem signer_key=key.pem \
    signer_digest=sha256 default_policy=1.2.3.4 digests=sha256 >tsa.cnf
printf '01\n' >serial

# answer NAME: the status of the server's answer to this request.
answer() {
    openssl ts -reply -queryfile "$1.tsq" -config tsa.cnf -out "$1.tsr" 2>/dev/null
    openssl ts -reply -in "$1.tsr" -text 2>/dev/null | sed -n 's/^Status: \([A-Z][a-z]*\).*/\1/p'
}

{ read -r data; read -r digest; } < <("$python" ask.py)
still "of data: hash named, digest carried" "sha256 sha1" "$data"
still "of data: answer" Rejected "$(answer data)"
still "of a digest: hash named, digest carried" "sha256 sha256" "$digest"
still "of a digest: answer" Granted "$(answer digest)"
