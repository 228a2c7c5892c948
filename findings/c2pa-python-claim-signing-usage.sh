#!/usr/bin/env bash
# c2pa-python 0.38.1 (c2pa-rs)
#
# Behaviour: without a trust configuration, a signer certificate for e-mail protection is good for claims, and one
# that is made for them is not: the extended key usage that C2PA defined for signing claims (1.3.6.1.4.1.62558.2.1)
# counts as missing, as does the one for signing documents (1.3.6.1.5.5.7.3.36). Signing fails in the check after it.
# Seen: emailProtection: Valid; both others: "certificate missing required EKU".
# Expected: that the usage which C2PA's own certificate policy asks for is among those accepted by default.
# What to do: always set trust.trust_config to the usages that you accept, when signing and when reading; then all
# three work. "Missing" in the message means "not one of those that are configured".
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-python==0.38.1 Pillow==13.0.0
# shellcheck source-path=SCRIPTDIR source=lib/c2pa.sh
source "$library/c2pa.sh"

cat >look.py <<'PYTHON'
import c2pa
from PIL import Image

from credential import read, seal

Image.new("RGB", (64, 64), "teal").save("picture.jpg")
try:
    seal("picture.jpg", "sealed.jpg", "image/jpeg")
    print(read("sealed.jpg", "image/jpeg")["validation_state"])
except c2pa.C2paError as error:
    print("missing required EKU" if "certificate missing required EKU" in str(error) else error)
PYTHON
still "emailProtection" Valid "$("$python" look.py)"
certificates 1.3.6.1.4.1.62558.2.1
still "C2PA claim signing" "missing required EKU" "$("$python" look.py)"
certificates 1.3.6.1.5.5.7.3.36
still "document signing" "missing required EKU" "$("$python" look.py)"
