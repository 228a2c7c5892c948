#!/usr/bin/env bash
# EbookLib 0.20
#
# Behaviour: an EPUB is read and written again with nothing changed between. The package document's prefix attribute,
# which says what tc260: in a property means, is replaced by the library's own. A link element among the metadata, which
# may point to a record, is written as a meta element. The head of each page is emptied: its title and its own metadata
# are gone.
# Seen: property tc260:AIGC: kept; its prefix: declared before, not after; elements link: 1 before, 0 after; meta AIGC
# in the page's head: there before, gone after; the page's text: kept.
# Expected: what was read; the library has kept the property itself.
# What to do: carry prefixes over with book.add_prefix(), and change packages and pages with an XML parser when their
# metadata matter. A label in a property without a prefix is no label for those who resolve names.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages EbookLib==0.20

cat >look.py <<'PYTHON'
import zipfile

from ebooklib import epub
from lxml import etree

CONTAINER = """<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"
 prefix="tc260: http://www.tc260.org.cn/ns/AIGC/1.0/"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:a4f9b1a2-2f0e-4c67-9c6d-1c0a6f6f3a11</dc:identifier><dc:title>Report</dc:title>
<dc:language>en</dc:language><meta property="dcterms:modified">2026-11-30T00:00:00Z</meta>
<meta property="tc260:AIGC">{"Label":"1"}</meta>
<link rel="record" href="https://example.org/record.xml" media-type="application/xml"/></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="page" href="page.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="page"/></spine></package>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head>
<title>Contents</title></head><body><nav epub:type="toc"><ol><li><a href="page.xhtml">Page</a></li></ol></nav></body></html>"""
PAGE = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Page</title><meta name="AIGC" content="1"/></head>
<body><p>A sentence.</p></body></html>"""


def look(path):
    with zipfile.ZipFile(path) as book:
        package = etree.fromstring(book.read("EPUB/content.opf"))
        page = book.read("EPUB/page.xhtml").decode()
    prefix = "declared" if "tc260:" in package.get("prefix", "") else "undeclared"
    print(
        len(package.xpath("//*[@property='tc260:AIGC']")),
        prefix,
        len(package.xpath("//*[local-name()='link']")),
        'name="AIGC"' in page,
        "A sentence." in page,
    )


with zipfile.ZipFile("book.epub", "w") as book:
    book.writestr("mimetype", "application/epub+zip")
    book.writestr("META-INF/container.xml", CONTAINER)
    book.writestr("EPUB/content.opf", PACKAGE)
    book.writestr("EPUB/nav.xhtml", NAV)
    book.writestr("EPUB/page.xhtml", PAGE)
look("book.epub")
epub.write_epub("again.epub", epub.read_epub("book.epub"))
look("again.epub")
PYTHON
{ read -r before; read -r after; } < <("$python" look.py)
still "properties, their prefix, links, the page's meta, its text, before" "1 declared 1 True True" "$before"
still "after" "1 undeclared 0 False True" "$after"
