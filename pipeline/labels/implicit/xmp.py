"""XMP packets: what labels they hold, and how labels are merged into one without losing anything else.

| label | property |
|---|---|
| the `AIGC` object, bare | `TC260:AIGC` (`http://www.tc260.org.cn/ns/AIGC/1.0/`) |
| the digital source type | `Iptc4xmpExt:DigitalSourceType` (`http://iptc.org/std/Iptc4xmpExt/2008-02-29/`) |
| California's latent disclosure | `sealstream:ProviderName`, `SystemName`, `SystemVersion`, `CreatedAt`, `UniqueId` |

No namespace for the last one is known to us, so there is one of ours, `urn:sealstream:latent:1.0#`. Only properties of
the file itself count: those of its ingredients, which XMP nests deeper, say nothing about it.

Read beside these: the namespace of the committee in other spellings, its seven members as properties of their own, and
texts of other names that hold a label, where programs copy them from EXIF.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from lxml import etree

from pipeline.labels.implicit.aigc import KEYS, aigc_json
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, found_in_text, holds_label, joined, latent_from
from pipeline.labels.implicit.xml import parse_xml
from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "LATENT_NAMES",
    "MOST_XMP",
    "clean_element",
    "found_in",
    "found_in_element",
    "holds",
    "merge",
    "merge_element",
    "new_element",
    "rewrite",
    "without_aigc",
]

MOST_XMP: Final = 1024 * 1024
"""The longest packet that is read, in bytes."""

LATENT_NAMES: Final[Mapping[str, str]] = {
    "provider_name": "ProviderName",
    "system_name": "SystemName",
    "system_version": "SystemVersion",
    "created_at": "CreatedAt",
    "unique_id": "UniqueId",
}
"""What the members of the latent disclosure are called in files."""

_META: Final = "adobe:ns:meta/"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMESPACES: Final = {
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "sealstream": "urn:sealstream:latent:1.0#",
}
_AIGC: Final = f"{{{_NAMESPACES['TC260']}}}AIGC"
_SOURCE_TYPE: Final = f"{{{_NAMESPACES['Iptc4xmpExt']}}}DigitalSourceType"
_LATENT: Final = {f"{{{_NAMESPACES['sealstream']}}}{name}": member for member, name in LATENT_NAMES.items()}
_READ: Final = frozenset({_SOURCE_TYPE, *_LATENT})
_COMMITTEE: Final = "tc260.org"
_MARK: Final = "aigc"
_MEMBERS: Final = {key.casefold(): key for key in KEYS}
_COPIED: Final = frozenset(
    {
        "{http://ns.adobe.com/exif/1.0/}UserComment",
        "{http://ns.adobe.com/tiff/1.0/}ImageDescription",
        "{http://purl.org/dc/elements/1.1/}description",
    }
)
"""Where programs copy texts of EXIF to."""

_JPEG_HEAD: Final = b"http://ns.adobe.com/xap/1.0/\x00"
"""What stands before a packet in JPEG; some cameras write it into HEIC, too, and some programs into profiles."""

_ROOT: Final = f"{{{_RDF}}}RDF"
_DESCRIPTION: Final = f"{{{_RDF}}}Description"
_ABOUT: Final = f"{{{_RDF}}}about"
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
_END: Final = b'<?xpacket end="w"?>'


def found_in(packets: Iterable[bytes], *, carrier: str = "xmp") -> FoundLabels:
    """The labels in all packets of one file.

    Raises:
        ImplicitRefusedError: a packet is out of bounds, or no XMP.
    """
    return _found_in(tuple(packets), carrier)


@lru_cache(2)
def _found_in(packets: tuple[bytes, ...], carrier: str) -> FoundLabels:
    """What was written is read back from the labeled file, and once more from the sealed one: the same packets."""
    return found_in_element([_parsed(packet) for packet in packets], carrier=carrier)


def found_in_element(roots: Sequence[etree._Element], *, carrier: str = "xmp") -> FoundLabels:
    """The labels in packets that were parsed, or that stand in another document."""
    found = [_found_in_members(description) for root in roots for description in _descriptions(root)]
    source_types: list[str] = []
    latent: dict[str, str] = {}
    for name, value in (named for root in roots for named in _properties(root)):
        if _is_label(name):
            found.append(found_in_text(value.strip(), carrier=carrier))
        elif name in _COPIED:
            found.append(found_in_text(value, carrier="xmp.text", named=False))
        elif name == _SOURCE_TYPE:
            source_types.append(value.strip())
        elif name in _LATENT:
            latent.setdefault(_LATENT[name], value)
    return joined(*found, FoundLabels(digital_source_types=tuple(source_types), latent=latent_from(latent)))


def _found_in_members(description: etree._Element) -> FoundLabels:
    """The label that the members of a label are where each is a property of the file."""
    stated = [(member, str(value)) for name, value in description.attrib.items() if (member := _member(str(name)))]
    stated += [(member, _text(child)) for child in description if (member := _member(str(child.tag)))]
    return found_in_text(json.dumps(dict(stated)), carrier="xmp.members") if stated else FoundLabels()


def _is_label(name: str) -> bool:
    """Whether a property is the committee's, in whatever spelling of its namespace."""
    namespace, _, local = name.rpartition("}")
    return local.casefold() == _MARK and _COMMITTEE in namespace.casefold()


def _member(name: str) -> str | None:
    namespace, _, local = name.rpartition("}")
    return _MEMBERS.get(local.casefold()) if _COMMITTEE in namespace.casefold() else None


def merge(packet: bytes | None, labels: LabelsToWrite) -> bytes:
    """A packet with the labels, and with everything else that the given one holds.

    Raises:
        ImplicitRefusedError: the given packet is out of bounds, or no XMP.
    """
    root = new_element() if packet is None else _parsed(packet)
    merge_element(root, labels)
    return _packed(root)


def rewrite(packets: Sequence[bytes], labels: LabelsToWrite) -> tuple[bytes, ...]:
    """All packets of a file anew: the first with the labels, the others without any of their kind.

    Raises:
        ImplicitRefusedError: a packet is out of bounds, or no XMP.
    """
    first, *others = packets or (None,)
    cleaned = []
    for packet in others:
        root = _parsed(packet)
        cleaned.append(_packed(root) if clean_element(root, labels) else packet)
    return (merge(first, labels), *cleaned)


def holds(packet: bytes, labels: LabelsToWrite) -> bool:
    """Whether a packet has anything that writing these labels would replace.

    Raises:
        ImplicitRefusedError: the packet is out of bounds, or no XMP.
    """
    return clean_element(_parsed(packet), labels)


def without_aigc(packet: bytes) -> bytes:
    """A packet without the AIGC object, for files that have another place for it.

    Raises:
        ImplicitRefusedError: the packet is out of bounds, or no XMP.
    """
    root = _parsed(packet)
    return _packed(root) if _take_out(root, frozenset({_AIGC})) else packet


def new_element() -> etree._Element:
    """A packet that says nothing."""
    root = etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META})
    etree.SubElement(root, _ROOT, nsmap={"rdf": _RDF})
    return root


def merge_element(root: etree._Element, labels: LabelsToWrite) -> None:
    """Put the labels into a parsed packet, in the place of any of their kind."""
    clean_element(root, labels)
    rdf = next(root.iter(_ROOT), None)
    if rdf is None:
        rdf = etree.SubElement(root, _ROOT, nsmap={"rdf": _RDF})
    # All descriptions of a packet are about the same thing, and have to say so with the same words.
    about = (
        next(
            (description.get(_ABOUT) for description in rdf.iter(_DESCRIPTION) if description.get(_ABOUT) is not None),
            None,
        )
        or ""
    )
    written = list(_to_write(labels))
    if not written:
        return
    description = etree.SubElement(rdf, _DESCRIPTION, {_ABOUT: about}, nsmap=_NAMESPACES)
    with ImplicitRefusedError.instead_of(ValueError, what="The labels hold characters that XML cannot."):
        for name, value in written:
            etree.SubElement(description, name).text = value


def _to_write(labels: LabelsToWrite) -> Iterator[tuple[str, str]]:
    if labels.aigc is not None:
        yield _AIGC, aigc_json(labels.aigc, shape="bare")
    if labels.digital_source_type is not None:
        yield _SOURCE_TYPE, labels.digital_source_type
    if labels.latent is not None:
        for name, member in _LATENT.items():
            yield name, getattr(labels.latent, member)


def clean_element(root: etree._Element, labels: LabelsToWrite) -> bool:
    """Take out of a parsed packet what the labels replace; whether anything was there."""
    return _take_out(root, frozenset(name for name, _ in _to_write(labels)))


def _take_out(root: etree._Element, names: frozenset[str]) -> bool:
    changed = False
    for description in list(_descriptions(root)):
        attributes = [name for name, value in description.attrib.items() if _goes(str(name), [str(value)], names)]
        elements = [child for child in description if _goes(str(child.tag), _values(child), names)]
        for name in attributes:
            del description.attrib[name]
        for child in elements:
            description.remove(child)
        if attributes or elements:
            changed = True
            parent = description.getparent()
            if parent is not None and not len(description) and set(description.attrib) <= {_ABOUT}:
                parent.remove(description)
    return changed


def _goes(name: str, values: Iterable[str], names: frozenset[str]) -> bool:
    """Whether a property goes where those of these names are written."""
    if name in names:
        return True
    if _AIGC not in names:
        return False
    return _is_label(name) or _member(name) is not None or (name in _COPIED and any(map(holds_label, values)))


def _descriptions(root: etree._Element) -> Iterator[etree._Element]:
    for rdf in root.iter(_ROOT):
        yield from (child for child in rdf if child.tag == _DESCRIPTION)


def _properties(root: etree._Element) -> Iterator[tuple[str, str]]:
    for description in _descriptions(root):
        yield from ((str(name), str(value)) for name, value in description.attrib.items())
        for child in description:
            if child.tag in _READ or child.tag in _COPIED or _is_label(str(child.tag)):
                yield from ((str(child.tag), value) for value in _values(child))


def _values(element: etree._Element) -> list[str]:
    """What a property says; several values where it is a list, and a structure as the JSON object it stands for."""
    items = list(element.iter(f"{{{_RDF}}}li"))
    if items:
        return [_text(item) for item in items]
    resource = element.get(f"{{{_RDF}}}resource")
    if resource is not None:
        return [str(resource)]
    inner = next(element.iter(_DESCRIPTION), element)
    members = {etree.QName(child).localname: _text(child) for child in inner.iterchildren("*")}
    members |= {
        etree.QName(name).localname: str(value)
        for name, value in inner.attrib.items()
        if inner is not element or _member(str(name)) is not None
    }
    return [json.dumps(members)] if members else [_text(element)]


def _text(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext())


def _parsed(packet: bytes) -> etree._Element:
    packet = packet.removeprefix(_JPEG_HEAD)
    if packet.startswith((b"<", b"\xef\xbb\xbf")):
        packet = packet.rstrip(b"\x00")
    root = parse_xml(packet, what="the XMP packet", most_bytes=MOST_XMP)
    if root.tag not in (f"{{{_META}}}xmpmeta", f"{{{_META}}}xapmeta", _ROOT):
        raise ImplicitRefusedError(what="What stands in the file as its XMP packet is something else.")
    return root


def _packed(root: etree._Element) -> bytes:
    packet = _BEGIN + etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False) + _END
    if len(packet) > MOST_XMP:
        raise ImplicitRefusedError(what=f"With the labels, the XMP packet would be longer than {MOST_XMP} bytes.")
    return packet
