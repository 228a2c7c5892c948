"""PDF, SVG, Office documents and publications: their content stays, and what must not be rewritten is refused."""

import io
import re
import zipfile
import zlib

import pikepdf
import pytest
from lxml import etree

from pipeline.labels.implicit import ImplicitRefusedError, aigc_json, read_labels, write_labels, xmp
from pipeline.labels.implicit.carriers.archive import MOST_ENTRIES
from tests.unit.labels.implicit.makers import (
    DOCX,
    LABELS,
    OTHER,
    archive,
    epub_parts,
    made,
    office_parts,
    pdf,
    svg,
)
from tests.unit.labels.implicit.test_xmp import packet

PDF = "application/pdf"
SVG = "image/svg+xml"
EPUB = "application/epub+zip"
OURS = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    document.save(out, fix_metadata_version=False, **options)
    return out.getvalue()


def opened(body: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(body))


def test_a_pdf_keeps_its_pages_and_what_it_says_of_itself() -> None:
    before, after = opened(made("pdf")), opened(write_labels(made("pdf"), PDF, LABELS))
    assert [page.Contents.read_raw_bytes() for page in after.pages] == [
        page.Contents.read_raw_bytes() for page in before.pages
    ]
    assert after.docinfo["/Title"] == "Two harbours"
    assert LABELS.aigc is not None
    assert after.docinfo["/AIGC"] == aigc_json(LABELS.aigc, shape="bare")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_pdfs_packet_is_merged_and_its_mark_moves_to_the_info_dictionary(*, compressed: bool) -> None:
    there = packet("<dc:source>the old packet</dc:source><TC260:AIGC>old</TC260:AIGC>")
    document = opened(made("pdf"))
    document.Root.Metadata = document.make_stream(zlib.compress(there) if compressed else there)
    if compressed:
        document.Root.Metadata.Filter = pikepdf.Name.FlateDecode
    body = saved(document, compress_streams=False)
    assert read_labels(body, PDF).aigc[0].raw == "old"
    marked = write_labels(body, PDF, LABELS)
    assert read_labels(marked, PDF).show(LABELS)
    assert b"the old packet" in bytes(opened(marked).Root.Metadata.read_bytes())


def test_marks_in_both_places_of_a_pdf_are_two() -> None:
    document = opened(write_labels(made("pdf"), PDF, LABELS))
    document.Root.Metadata = document.make_stream(xmp.merge(None, OTHER))
    found = read_labels(saved(document), PDF)
    assert [mark.carrier for mark in found.aigc] == ["pdf.info", "xmp"]
    assert found.contradictions == ("several-aigc-marks",)


def test_a_pdf_packet_that_expands_without_end_is_refused() -> None:
    document = opened(made("pdf"))
    document.Root.Metadata = document.make_stream(
        zlib.compress(bytes(64 * 1024 * 1024), 9), Filter=pikepdf.Name.FlateDecode
    )
    body = saved(document, compress_streams=False)
    assert "longer" in (read_labels(body, PDF).refused or "")


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_not_written(password: str) -> None:
    body = pdf(encryption=pikepdf.Encryption(owner="owner", user=password))
    with pytest.raises(ImplicitRefusedError, match=r"encrypted|password"):
        write_labels(body, PDF, LABELS)
    assert bool(read_labels(body, PDF).refused) == bool(password)


def test_a_signed_pdf_is_not_written() -> None:
    for signed in ("field", "flags", "permission"):
        document = opened(made("pdf"))
        signature = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, V=pikepdf.Dictionary()))
        if signed == "permission":
            document.Root.Perms = pikepdf.Dictionary(DocMDP=pikepdf.Dictionary())
        else:
            fields = pikepdf.Array([signature] if signed == "field" else [])
            document.Root.AcroForm = pikepdf.Dictionary(Fields=fields, SigFlags=1 if signed == "flags" else 0)
        body = saved(document)
        with pytest.raises(ImplicitRefusedError, match="signed"):
            write_labels(body, PDF, LABELS)
        assert read_labels(body, PDF).refused is None


def test_a_broken_pdf_is_read_and_not_written() -> None:
    """How it is mended is the guess of whoever shows it."""
    body = write_labels(made("pdf"), PDF, LABELS)
    broken = re.sub(rb"startxref\n\d+", b"startxref\n7", body)
    assert read_labels(broken, PDF).show(LABELS)
    with pytest.raises(ImplicitRefusedError, match="broken"):
        write_labels(broken, PDF, OTHER)


def canonical(body: bytes) -> bytes:
    """A drawing as XML says it is the same, without its metadata."""
    root = etree.fromstring(body)
    for metadata in list(root.iterchildren("{http://www.w3.org/2000/svg}metadata")):
        root.remove(metadata)
    return etree.tostring(root, method="c14n", with_comments=True)


@pytest.mark.parametrize(
    "body",
    [
        svg(),
        svg().decode().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
        svg().replace(b"<style>", b"<metadata id='m'><old/></metadata><style>"),
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        + svg()[22:],
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:rect s:a="&#233;&#10;"/></s:svg>',
    ],
    ids=["plain", "utf-16", "with-metadata", "with-doctype", "with-prefix"],
)
def test_a_drawing_stays_the_same_xml(body: bytes) -> None:
    marked = write_labels(body, SVG, LABELS)
    assert read_labels(marked, SVG).show(LABELS)
    assert canonical(marked) == canonical(body)
    assert (
        etree.fromstring(marked).getroottree().docinfo.doctype == etree.fromstring(body).getroottree().docinfo.doctype
    )
    assert b"<ns0" not in marked


def test_a_drawing_with_rdf_of_its_editor_gets_its_marks_and_loses_none_of_it() -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    work = f'<rdf:RDF xmlns:rdf="{rdf}"><cc:Work xmlns:cc="http://creativecommons.org/ns#" rdf:about=""/></rdf:RDF>'
    body = svg().replace(b"<style>", f"<metadata>{work}</metadata><style>".encode())
    marked = write_labels(body, SVG, LABELS)
    assert b"cc:Work" in marked
    assert read_labels(marked, SVG).show(LABELS)


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&e;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg" id="&b;"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 70 + b"</g>" * 70 + b"</svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 100_000,
        b"<svg/>",
    ],
)
def test_hostile_drawings_are_refused(hostile: bytes) -> None:
    assert read_labels(hostile, SVG).refused
    with pytest.raises(ImplicitRefusedError):
        write_labels(hostile, SVG, LABELS)


def parts(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as container:
        assert container.testzip() is None
        return {name: container.read(name) for name in container.namelist()}


def test_an_office_document_names_and_describes_its_new_part() -> None:
    before, after = parts(made("docx")), parts(write_labels(made("docx"), DOCX, LABELS))
    assert after["word/document.xml"] == before["word/document.xml"]
    assert list(after) == [*before, "docProps/custom.xml"]
    assert b'Target="docProps/custom.xml"' in after["_rels/.rels"]
    assert b'PartName="/docProps/custom.xml"' in after["[Content_Types].xml"]
    numbers = re.findall(rb'pid="(\d+)"', after["docProps/custom.xml"])
    assert numbers == [b"2", b"3", b"4", b"5", b"6", b"7", b"8"]


def test_properties_of_an_office_document_that_were_there_stay_wherever_they_are() -> None:
    there = dict(office_parts())
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
    there["_rels/.rels"] = str(there["_rels/.rels"]).replace(
        "</Rel", f'<Relationship Id="rId7" Type="{kind}" Target="/props/mine.xml"/></Rel'
    )
    there["props/mine.xml"] = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{OURS}" pid="9" name="Client"><vt:lpwstr>B</vt:lpwstr></property>'
        f'<property fmtid="{OURS}" pid="10" name="aigc"><vt:lpwstr>old</vt:lpwstr></property></Properties>'
    )
    body = archive(there)
    assert read_labels(body, DOCX).aigc[0].raw == "old"
    marked = write_labels(body, DOCX, LABELS)
    custom = parts(marked)["props/mine.xml"]
    assert b'name="Client"' in custom
    assert b"old" not in custom
    assert b'pid="10"' in custom
    assert read_labels(marked, DOCX).show(LABELS)


def test_an_entry_keeps_its_date_its_packing_and_its_place() -> None:
    marked = write_labels(made("epub"), EPUB, LABELS)
    with zipfile.ZipFile(io.BytesIO(made("epub"))) as old, zipfile.ZipFile(io.BytesIO(marked)) as new:
        kept = [(entry.filename, entry.date_time, entry.compress_type) for entry in old.infolist()]
        assert [(entry.filename, entry.date_time, entry.compress_type) for entry in new.infolist()] == kept
    assert marked[30:58] == b"mimetypeapplication/epub+zip"


def test_a_publication_keeps_what_it_says_of_itself() -> None:
    after = parts(write_labels(made("epub"), EPUB, LABELS))
    assert b"dcterms:modified" in after["book/package.opf"]
    assert after["book/one.xhtml"] == parts(made("epub"))["book/one.xhtml"]


@pytest.mark.parametrize(
    ("media_type", "there", "signature"),
    [(DOCX, office_parts(), "_xmlsignatures/origin.sigs"), (EPUB, epub_parts(), "META-INF/signatures.xml")],
)
def test_signed_containers_are_not_written(media_type: str, there: dict[str, str | bytes], signature: str) -> None:
    body = archive({**there, signature: "<signatures/>"})
    with pytest.raises(ImplicitRefusedError, match="signed"):
        write_labels(body, media_type, LABELS)
    assert read_labels(body, media_type).refused is None


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container, container.open("word/a", "w") as entry:
        for _ in range(257):
            entry.write(bytes(1024 * 1024))
    return out.getvalue()


def crowd() -> bytes:
    return archive({**office_parts(), **{f"word/{number}": "" for number in range(MOST_ENTRIES)}})


def understated() -> bytes:
    """One whose entry says that it is shorter than what comes out of it."""
    body = bytearray(archive({**office_parts(), "_rels/.rels": "<a/>" + " " * 5_000_000}))
    for magic, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        found = body.index(b"_rels/.rels", body.index(magic)) - (46 if magic == b"PK\x01\x02" else 30)
        body[found + at : found + at + 4] = (10).to_bytes(4, "little")
    return bytes(body)


@pytest.mark.parametrize(
    "hostile",
    [bomb, crowd, understated, lambda: archive(office_parts())[:-10], lambda: archive({"a": "b"})],
    ids=["bomb", "crowd", "understated", "cut-off", "something-else"],
)
def test_hostile_containers_are_refused(hostile: object) -> None:
    assert callable(hostile)
    body = hostile()
    for media_type in (DOCX, EPUB):
        assert read_labels(body, media_type).refused
        with pytest.raises(ImplicitRefusedError):
            write_labels(body, media_type, LABELS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_container_with_two_entries_of_one_name_is_refused() -> None:
    """Which of them counts depends on who reads."""
    out = io.BytesIO(archive(office_parts()))
    with zipfile.ZipFile(out, "a") as container:
        container.writestr("word/document.xml", "<other/>")
    assert "two entries" in (read_labels(out.getvalue(), DOCX).refused or "")


@pytest.mark.parametrize(
    "package",
    [
        "<package/>",
        "no XML",
        '<!DOCTYPE a [<!ENTITY e "x">]><package xmlns="http://www.idpf.org/2007/opf"><metadata>&e;</metadata></package>',
    ],
)
def test_a_publication_whose_package_document_is_odd_is_refused(package: str) -> None:
    assert read_labels(archive({**epub_parts(), "book/package.opf": package}), EPUB).refused
