"""Files of every kind that carries marks, as small as they get, made here."""

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import imagecodecs
import numpy as np
import pikepdf
from PIL import Image

from pipeline.labels.implicit import LabelsToWrite, Latent, first_write

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AI: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PROVIDER: Final = "001191110102MAD55U9H0F10002"

LABELS: Final = LabelsToWrite(
    aigc=first_write(PROVIDER, "content-0001"),
    digital_source_type=AI,
    latent=Latent(
        provider_name="Brenlow <Models> & Söhne 云汀",
        system_name='The "Harbour" painter',
        system_version="4.2",
        created_at="2026-05-01T12:00:00Z",
        unique_id="urn:uuid:7f1c0f3e-6c7e-4a4e-9a53-0f4ff0c9a1de",
    ),
)
OTHER: Final = LabelsToWrite(aigc=first_write("another-studio", "n-2", label="2"))


def picture(mode: str = "RGB") -> Image.Image:
    """A gradient, with transparency where the mode knows any."""
    image = Image.merge(
        "RGB", [Image.linear_gradient("L").resize((32, 24)).rotate(angle) for angle in (0, 90, 180)]
    ).convert("RGBA" if mode == "RGBA" else "RGB")
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize(image.size))
    return image.convert(mode)


def encoded(format_: str, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    picture(mode).save(out, format_, **options)
    return out.getvalue()


def animated(format_: str, **options: object) -> bytes:
    frames = [picture().rotate(angle) for angle in (90, 180)]
    return encoded(format_, save_all=True, append_images=frames, duration=100, loop=0, **options)


def big_endian_tiff() -> bytes:
    """Uncompressed, one strip, most significant byte first; its data stands before its directory."""
    pixels = picture("L").tobytes()
    offset = 8
    directory = offset + len(pixels)
    entries = [(256, 3, 32), (257, 3, 24), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, offset), (277, 3, 1)]
    entries += [(278, 3, 24), (279, 4, len(pixels))]
    out = b"MM\x00\x2a" + directory.to_bytes(4, "big") + pixels + len(entries).to_bytes(2, "big")
    for tag, kind, value in entries:
        stored = value.to_bytes(2, "big") + bytes(2) if kind == 3 else value.to_bytes(4, "big")
        out += tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + (1).to_bytes(4, "big") + stored
    return out + bytes(4)


def heic() -> bytes:
    """A gradient encoded once with libheif and x265: nothing in the test environment encodes HEVC."""
    return base64.b64decode(_HEIC)


def jpeg_xl(**options: bool) -> bytes:
    """A gradient without loss; a bare codestream unless `usecontainer` is asked for."""
    return bytes(imagecodecs.jpegxl_encode(np.asarray(picture()), lossless=True, **options))


def svg() -> bytes:
    return (
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">'
        b"<!-- two squares --><style><![CDATA[rect > a { fill: red }]]></style>"
        b'<rect width="4" height="4"/><rect width="1" height="1" fill="#fff"/></svg>'
    )


def pdf(**save: object) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 100))
    document.pages[0].Contents = document.make_stream(b"0 0 10 10 re f")
    document.docinfo["/Title"] = "Two harbours"
    out = io.BytesIO()
    document.save(out, **save)
    return out.getvalue()


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            packed = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            container.writestr(zipfile.ZipInfo(name), content, packed)
    return out.getvalue()


def office_parts() -> dict[str, str | bytes]:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = f"{DOCX}.main+xml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="'
        f'application/xml"/><Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="'
        f'{kinds}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
        "<w:body><w:p><w:r><w:t>The ferry leaves at ten.</w:t></w:r></w:p></w:body></w:document>",
    }


def epub_parts() -> dict[str, str | bytes]:
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        '<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>",
        "book/package.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">b-1</dc:identifier>'
        '<dc:title>Tides</dc:title><dc:language>en</dc:language><meta property="dcterms:modified">'
        "2026-01-01T00:00:00Z</meta></metadata><manifest/><spine/></package>",
        "book/one.xhtml": "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Once.</p></body></html>",
    }


HTML: Final = (
    "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n<title>云汀港 & tides</title>"
    "<script>if (1 < 2) document.write('</head>')</script></head>\n<body><p>Ten o\u2019clock.</p></body></html>\n"
).encode()
MARKDOWN: Final = "---\ntitle: Tides\ntags: [a, b]\n---\n\n# 潮汐\n\nThe water rises.\n".encode()

MAKERS: Final[Mapping[str, tuple[str, Callable[[], bytes]]]] = {
    "jpeg": ("image/jpeg", lambda: encoded("JPEG")),
    "jpeg-progressive-cmyk": ("image/jpeg", lambda: encoded("JPEG", "CMYK", progressive=True)),
    "png": ("image/png", lambda: encoded("PNG", "RGBA")),
    "png-palette": ("image/png", lambda: encoded("PNG", "P")),
    "png-animated": ("image/png", lambda: animated("PNG")),
    "webp-lossy": ("image/webp", lambda: encoded("WEBP")),
    "webp-lossless": ("image/webp", lambda: encoded("WEBP", lossless=True)),
    "webp-lossless-alpha": ("image/webp", lambda: encoded("WEBP", "RGBA", lossless=True)),
    "webp-extended": ("image/webp", lambda: encoded("WEBP", "RGBA")),
    "webp-animated": ("image/webp", lambda: animated("WEBP")),
    "gif": ("image/gif", lambda: encoded("GIF", "P")),
    "gif-animated": ("image/gif", lambda: animated("GIF")),
    "tiff": ("image/tiff", lambda: encoded("TIFF")),
    "tiff-compressed": ("image/tiff", lambda: encoded("TIFF", compression="tiff_lzw")),
    "tiff-pages": ("image/tiff", lambda: animated("TIFF")),
    "tiff-big-endian": ("image/tiff", big_endian_tiff),
    "bigtiff": ("image/tiff", lambda: encoded("TIFF", big_tiff=True)),
    "avif": ("image/avif", lambda: encoded("AVIF")),
    "avif-alpha": ("image/avif", lambda: encoded("AVIF", "RGBA")),
    "heic": ("image/heic", heic),
    "jxl": ("image/jxl", lambda: jpeg_xl(usecontainer=True)),
    "jxl-bare": ("image/jxl", jpeg_xl),
    "svg": ("image/svg+xml", svg),
    "pdf": ("application/pdf", pdf),
    "pdf-compressed": (
        "application/pdf",
        lambda: pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True),
    ),
    "docx": (DOCX, lambda: archive(office_parts())),
    "epub": ("application/epub+zip", lambda: archive(epub_parts())),
    "html": ("text/html", lambda: HTML),
    "html-fragment": ("text/html", lambda: b"<p>Ten o'clock.</p>"),
    "markdown": ("text/markdown", lambda: MARKDOWN),
    "markdown-without-front-matter": ("text/markdown", lambda: b"# Tides\r\n\r\nThe water rises.\r\n"),
}


@cache
def made(name: str) -> bytes:
    return MAKERS[name][1]()


def media_type_of(name: str) -> str:
    return MAKERS[name][0]


_HEIC: Final = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9j"
    "AAAAAERAAAEAAQAAAAABoAABAAAAAAAAAG4AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/Glw"
    "cnAAAADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AA"
    "AAMAkAAAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABA"
    "AAAAQAAAAChjbGFwAAAAIAAAAAEAAAAYAAAAAf///+AAAAAC////2AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYEC"
    "AwWEAAAAdm1kYXQAAABqKAGvGSGtbOjvXhofUTDALcuAYBcKaMmT+2JxsM1yZy61h4dA/M48uqsf5O2LAY8dGlR1V7FAv8GZBc6nQZq4VVeB"
    "aef+eMnLzzw9PrR2A6uznbWe29tf4OOWQbOfTDj3QLlP9/4gcPNCfA=="
)
