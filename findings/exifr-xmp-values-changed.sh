#!/usr/bin/env bash
# exifr 7.1.3, exifreader 4.46.0 (npm), Pillow 13.0.0
#
# Behaviour: exifr makes numbers of XMP texts that look like such, and leaves XML's entities as they are. An identifier
# of digits loses its zeros and last digits; one like 12e4567890 is infinity; JSON in an attribute is full of &quot; and
# no JSON. No option turns this off, short of asking for the packet as text.
# Seen: AIGC label: JSON.parse fails, exifreader's copy of it parses; document identifier 00119131011500000001:
# 119131011500000000; instance identifier 12e4567890: Infinity. exifreader gives each as it was written.
# Expected: the texts; XMP has no other type for a property without a schema.
# What to do: exifr.parse(file, { xmp: { parse: false } }) and an XML parser, or another reader.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages Pillow==13.0.0
node_packages exifr@7.1.3 exifreader@4.46.0

cat >make.py <<'PYTHON'
from xml.sax.saxutils import quoteattr

from PIL import Image

LABEL = '{"Label":"1","ProduceID":"A&B 17"}'
ATTRIBUTE = quoteattr(LABEL, {'"': "&quot;"})
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
    ' xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmpMM:DocumentID="00119131011500000001"'
    f' xmpMM:InstanceID="12e4567890" TC260:AIGC={ATTRIBUTE}/>'
    "</rdf:RDF></x:xmpmeta>"
)
Image.new("RGB", (64, 64), "teal").save("picture.jpg", xmp=PACKET.encode())
PYTHON
cat >look.mjs <<'JS'
import { readFileSync } from "node:fs";
import ExifReader from "exifreader";
import exifr from "exifr";
const file = readFileSync("picture.jpg");
const tags = ExifReader.load(file);
const readers = {
  exifr: await exifr.parse(file, { xmp: true }),
  exifreader: Object.fromEntries(Object.entries(tags).map(([name, { value }]) => [name, value])),
};
const label = (text) => { try { return JSON.parse(text).ProduceID; } catch { return "no JSON"; } };
for (const [name, { AIGC, DocumentID, InstanceID }] of Object.entries(readers)) {
  console.log(`${name}|${label(AIGC)}|${DocumentID}|${InstanceID}`);
}
JS
"$python" make.py
node look.mjs >seen
while IFS='|' read -r reader label document instance; do
    case $reader in
        exifr) known=("no JSON" 119131011500000000 Infinity) ;;
        *) known=("A&B 17" 00119131011500000001 12e4567890) ;;
    esac
    still "$reader, label" "${known[0]}" "$label"
    still "$reader, document 00119131011500000001" "${known[1]}" "$document"
    still "$reader, instance 12e4567890" "${known[2]}" "$instance"
done <seen
