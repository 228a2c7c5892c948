"""Office Open XML (DOCX, XLSX, PPTX): custom document properties, one of them named `AIGC`.

They are in a part of their own, which the package's relationships name and its content types describe.
"""

import posixpath
from typing import Final

from lxml import etree

from pipeline.labels.implicit.carriers.archive import Archive
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted
from pipeline.labels.implicit.carriers.fields import found_in_fields, replaces, to_fields
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.xml import parse_xml, serialised
from pipeline.labels.implicit.xmp import MOST_XMP
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_PART: Final = "docProps/custom.xml"
_RELATIONS: Final = "_rels/.rels"
_TYPES: Final = "[Content_Types].xml"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_KIND: Final = f"{_OFFICE}/relationships/custom-properties"
_KINDS: Final = (_KIND, "http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties")
_CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES_NS: Final = f"{{{_PACKAGE}/content-types}}"
_RELATIONS_NS: Final = f"{{{_PACKAGE}/relationships}}"
_PROPERTIES: Final = f"{_OFFICE}/custom-properties"
_VALUES: Final = f"{_OFFICE}/docPropsVTypes"
_FORMAT: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_NUMBER: Final = 2
_SIGNATURES: Final = "_xmlsignatures/"


def read(body: bytes) -> FoundLabels:
    """The labels of an Office Open XML document."""
    package = Archive(body)
    relations, _ = _relations_and_types(package)
    properties = _properties(package, _target(relations))
    fields = [(str(custom.get("name", "")), _text(custom)) for custom in properties]
    return found_in_fields(fields, carrier="ooxml.custom")


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """An Office Open XML document with the labels."""
    package = Archive(body)
    if any(name.startswith(_SIGNATURES) for name in package.names()):
        raise ImplicitRefusedError(what="The document is signed, and the signature would be broken.")
    relations, types = _relations_and_types(package)
    target = _target(relations)
    properties = _properties(package, target)
    fields = to_fields(labels)
    for custom in list(properties):
        if replaces(fields, str(custom.get("name", ""))):
            properties.remove(custom)
    for name, value in fields.items():
        _add(properties, name, value)
    parts = {target or _PART: serialised(properties)}
    if target is None:
        parts[_RELATIONS] = _with_relation(relations)
        parts[_TYPES] = _with_type(types)
    return package.written(parts)


def _relations_and_types(package: Archive) -> tuple[etree._Element, etree._Element]:
    relations, types = package.read(_RELATIONS), package.read(_TYPES)
    if relations is None or types is None:
        raise broken("document", "it has no relationships or no content types")
    return _parsed(relations, "Relationships", _RELATIONS_NS), _parsed(types, "Types", _TYPES_NS)


def _parsed(body: bytes, name: str, namespace: str) -> etree._Element:
    root = parse_xml(body, what="a part of the package", most_bytes=MOST_XMP)
    if root.tag != namespace + name:
        raise broken("document", "a part of the package is something else")
    return root


def _target(relations: etree._Element) -> str | None:
    """The name of the part with custom properties; None where there is none yet."""
    for relation in relations.iterchildren(f"{_RELATIONS_NS}Relationship"):
        if relation.get("Type") in _KINDS and relation.get("TargetMode") != "External":
            # Relative to the root of the package, and with or without the slash that stands for it.
            return posixpath.normpath("/" + str(relation.get("Target", ""))).lstrip("/")
    return None


def _properties(package: Archive, target: str | None) -> etree._Element:
    body = None if target is None else package.read(target)
    if body is None:
        if target is not None or _PART in package.names():
            raise broken("document", "its custom properties are not where its relationships say")
        return etree.Element(f"{{{_PROPERTIES}}}Properties", nsmap={"vt": _VALUES, **_default(_PROPERTIES)})
    properties = parse_xml(body, what="the custom properties", most_bytes=MOST_XMP)
    if etree.QName(properties).localname != "Properties":
        raise broken("document", "its custom properties are something else")
    counted(len(properties), MOST_METADATA, of="custom properties")
    return properties


def _default(namespace: str) -> dict[str, str]:
    # The stubs know no default namespace.
    prefix: str = None  # type: ignore[assignment]
    return {prefix: namespace}


def _text(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext()).strip("\r\n\t")


def _add(properties: etree._Element, name: str, value: str) -> None:
    numbers = [str(custom.get("pid", "")) for custom in properties]
    number = max((int(text) for text in numbers if text.isascii() and text.isdigit() and len(text) < 10), default=1) + 1  # noqa: PLR2004
    namespace = etree.QName(properties).namespace
    attributes = {"fmtid": _FORMAT, "pid": str(max(number, _FIRST_NUMBER)), "name": name}
    # The strict variant of the format has namespaces of its own, which its values use too.
    values = next((uri for uri in properties.nsmap.values() if uri and uri.endswith("docPropsVTypes")), _VALUES)
    added = etree.SubElement(properties, f"{{{namespace}}}property", attributes)
    with ImplicitRefusedError.instead_of(ValueError, what="The labels hold characters that XML cannot."):
        etree.SubElement(added, f"{{{values}}}lpwstr", nsmap={"vt": values}).text = value


def _with_relation(relations: etree._Element) -> bytes:
    taken = {relation.get("Id") for relation in relations}
    number = next(number for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
    attributes = {"Id": f"rId{number}", "Type": _KIND, "Target": _PART}
    etree.SubElement(relations, f"{_RELATIONS_NS}Relationship", attributes)
    return serialised(relations)


def _with_type(types: etree._Element) -> bytes:
    name = f"/{_PART}"
    for override in list(types.iterchildren(f"{_TYPES_NS}Override")):
        if override.get("PartName") == name:
            types.remove(override)
    etree.SubElement(types, f"{_TYPES_NS}Override", {"PartName": name, "ContentType": _CONTENT_TYPE})
    return serialised(types)
