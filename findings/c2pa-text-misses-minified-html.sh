#!/usr/bin/env bash
# c2pa-text 3.0.0, minify-html 0.18.1, c2pa-html 0.2.0
#
# Behaviour: extract_html() looks for rel="c2pa-manifest" and type="application/c2pa" letter by letter, with double
# quotes. A minifier that drops quotes which HTML does not need makes a page that has no manifest for it. It looks into
# comments as well: a link that was commented out is the page's manifest. c2pa-html, which was written for the same
# chapter of the specification, finds the elements that a browser finds.
# Seen: link and script as they were embedded: found by both. Minified: none by c2pa-text, found by c2pa-html. In a
# comment: found by c2pa-text, none by c2pa-html.
# Expected: that both see what a browser sees.
# What to do: when c2pa-text finds no manifest in a page, or one, parse the page and look for the element yourself.
# A data hash does not survive the minifier; a link does, and the page seems unsigned instead of changed.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-text==3.0.0 minify-html==0.18.1 c2pa-html==0.2.0

cat >look.py <<'PYTHON'
import c2pa_html
import c2pa_text
import minify_html

PAGE = "<!doctype html><html><head><title>Report</title></head><body><p>Text.</p></body></html>"
URL = "https://example.org/manifest.c2pa"
COMMENT = f'<!-- <link rel="c2pa-manifest" href="{URL}"> --></head>'
link = c2pa_text.embed_html_reference(PAGE, URL)
script = c2pa_text.embed_html_inline(PAGE, b"a manifest store").html


def found(page):
    one, other = c2pa_text.extract_html(page), c2pa_html.extract(page.encode())
    return " ".join("none" if association is None else "found" for association in (one, other))


pages = {
    "link": link,
    "link-minified": minify_html.minify(link),
    "script": script,
    "script-minified": minify_html.minify(script),
    "link-in-comment": PAGE.replace("</head>", COMMENT),
}
for name, page in pages.items():
    print(name, found(page))
PYTHON
"$python" look.py >seen
while read -r name answers; do
    case $name in
        *-minified) known="none found" ;;
        *-in-comment) known="found none" ;;
        *) known="found found" ;;
    esac
    still "$name, by c2pa-text and by c2pa-html" "$known" "$answers"
done <seen
