# shellcheck shell=bash
# For scripts that sign with c2pa-python: certificates that are good for a day, and credential.py with seal and read.
# Sourced after start.sh, once python_packages has run.
need openssl openssl

# certificates USAGE: a CA and a signer certificate with this extended key usage, in chain.pem, with key.pem.
certificates() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/O=Example/CN=Example CA" \
        -keyout ca.key -out ca.pem 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=Example/CN=Example signer" \
        -keyout key.pem -out signer.csr 2>/dev/null
    printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature,nonRepudiation" \
        "extendedKeyUsage=$1" "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" >extensions
    openssl x509 -req -in signer.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile extensions \
        -out signer.pem 2>/dev/null
    cat signer.pem ca.pem >chain.pem
}

certificates emailProtection
cat >credential.py <<'PYTHON'
import json
from pathlib import Path

import c2pa

CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
}
MANIFEST = {
    "claim_generator_info": [{"name": "findings"}],
    "assertions": [{"label": "c2pa.actions", "data": {"actions": [CREATED]}}],
}


def seal(source, target, media_type, *, embed=True):
    """Sign the file into another one; return the manifest store."""
    builder = c2pa.Builder(json.dumps(MANIFEST))
    if not embed:
        builder.set_no_embed()
    chain, key = (Path(name).read_bytes() for name in ("chain.pem", "key.pem"))
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None))
    with open(source, "rb") as before, open(target, "w+b") as after:
        return builder.sign(signer, media_type, before, after)


def read(path, media_type):
    """Return what the reader says of a file, its certificate's trust apart."""
    with open(path, "rb") as file:
        return json.loads(c2pa.Reader(media_type, file).json())
PYTHON
